import { answer } from './answers.js';

const caller = '{"userId":"0197b3c5-6c3a-7c3e-9a4b-0d3f5a6b7c8d","roles":["student","creator"]}';
const course =
  '{"title":"Ten evenings of C++","creatorId":"0197b3c5-6c3a-7c3e-9a4b-0d3f5a6b7c8d","priceCents":45000,"objectiveCount":3}';
const event =
  '{"type":"checkout.session.completed","paymentStatus":"paid","reference":"0197b3c5-6c3a-7c3e-9a4b-0d3f5a6b7c8d"}';

export default {
  /** @param {Request} request @param {any} env */
  fetch(request, env) {
    switch (request.url.slice(request.url.lastIndexOf('/'))) {
      case '/hello':
        return answer(request, env, '/hello', () => '{"message":"Hello"}');
      case '/me':
        return answer(request, env, '/me', () => caller);
      case '/courses':
        return answer(request, env, '/courses', () => request.arrayBuffer().then(() => course), 201);
      default:
        return answer(request, env, '/webhooks/stripe', () => request.arrayBuffer().then(() => event));
    }
  },
};
