// The only door to tfjs. The union package is loaded for one side effect: it registers the gradients of all ops, which
// tfjs-core alone does not do and whose own file cannot be imported from ESM (extensionless imports inside).
import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';

export { tf };
