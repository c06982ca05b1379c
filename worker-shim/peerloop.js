import module from '../.build/wasm-release/peerloop.wasm';
import { serve } from './worker.js';

export default serve(module);
