import type { ErrorReport, Transport } from '#contracts';
import type { AllReduceOptions, Payload, ReduceOptions } from '../collective.js';
import type { TransportOptions } from '../transports/coordination/transport-options.js';
import type { EndpointOptions } from '../transports/tcp/endpoint.js';

/** What the communication thread is started with. */
export interface ThreadOptions extends TransportOptions, EndpointOptions {
  /** How frames travel; all ranks must use the same. Default: `redis-streams`. */
  readonly transport?: Transport;
}

/** One operation, as plain data; arrays in it are handed over to the thread. */
export type Request =
  | { operation: 'allGather'; payload: Payload }
  | { operation: 'reduceScatter'; values: Float32Array; counts: readonly number[]; options: ReduceOptions }
  | { operation: 'allReduce'; values: Float32Array; reduction: 'sum' | 'max'; options: AllReduceOptions }
  | { operation: 'broadcast'; payload: Payload | null; root: number }
  | { operation: 'gather'; payload: Payload; root: number }
  | { operation: 'barrier' }
  | { operation: 'abort'; reason: string }
  | { operation: 'close' };

/** `null`: nothing, or what the caller has already (its own payload, memory that it gave for the result). */
export type Result = null | Float32Array | Payload | (Payload | null)[];

export type ToThread = { type: 'request'; id: number; request: Request } | { type: 'lease'; ms: number; phase: string };

export interface Traffic {
  readonly sentBytes: number;
  readonly receivedBytes: number;
}

export type FromThread =
  | { type: 'connected' }
  | { type: 'refused'; error: ErrorReport }
  | { type: 'resolved'; id: number; result: Result; traffic: Traffic }
  | { type: 'rejected'; id: number; error: ErrorReport; traffic: Traffic };
