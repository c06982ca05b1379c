import { answer } from './answers.js';

export default {
  /** @param {Request} request @param {any} env */
  fetch: (request, env) => answer(request, env, '/', () => '{"path":"/api/users/:id","id":"one"}'),
};
