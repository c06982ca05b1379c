import { routesApp } from './routes.js';

export default routesApp(150);
