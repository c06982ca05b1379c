import module from '../../.build/wasm-release/hello.wasm';
import { serve } from '../../worker-shim/worker.js';

export default serve(module);
