import module from '../../.build/wasm-release/bench-routes-150.wasm';
import { serve } from '../../worker-shim/worker.js';

export default serve(module);
