import module from '../../.build/wasm-release/lending.wasm';
import { serve } from '../../worker-shim/worker.js';

export default serve(module);
