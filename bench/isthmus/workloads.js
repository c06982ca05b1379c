import module from '../../.build/wasm-release/bench.wasm';
import { serve } from '../../worker-shim/worker.js';

export default serve(module);
