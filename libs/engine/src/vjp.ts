import type { Tensor } from '@tensorflow/tfjs-core';
import { ArcFleetError } from '#contracts';
import { tf } from './tf.js';

/** What `forward` may return when it has more to give than the differentiated value, batch statistics for example. */
export interface ValueWithAux<A extends Record<string, Tensor>> {
  readonly value: Tensor;
  /** Kept alive beside the value, not differentiated. */
  readonly aux: A;
}

export interface Vjp<A extends Record<string, Tensor> = Record<string, Tensor>> {
  readonly value: Tensor;
  readonly aux: A;
  /**
   * Backward pass, once. `dy` has the shape of `value` and stays the caller's. `onGradient` gets each gradient as soon as
   * nothing can be added to it any more, that is in reverse layer order; the same tensors are returned, and the caller
   * disposes of them. An x that does not reach the value gets zeros (last).
   */
  pullback(dy: Tensor, onGradient?: (name: string, gradient: Tensor) => void): Record<string, Tensor>;
  /** Frees value, aux and, where `pullback` was not called, everything that it would have needed. May be called twice. */
  dispose(): void;
}

interface TapeNode {
  readonly kernelName: string;
  readonly inputs: Record<string, Tensor>;
  readonly outputs: Tensor[];
  readonly saved?: Tensor[];
  readonly gradient?: (dys: (Tensor | null)[]) => Record<string, () => Tensor>;
}

/** The part of tfjs' engine that records the tape. It is not in its typings, so it is named here, in one place. */
interface RecordingEngine {
  readonly state: { activeTape: TapeNode[] | null; gradientDepth: number };
  startTape(): void;
  endTape(): void;
}

/** Nodes between xs and y, each with the inputs that depend on xs; the rest of the tape is released at once. */
interface PathNode {
  readonly node: TapeNode;
  readonly inputNames: readonly string[];
}

/**
 * Runs `forward` now and its derivative later, with any number of awaits (and other tensor work) in between: reverse mode
 * over the tape that tfjs records for `tf.grads`, cut in two.
 *
 * @param forward Computes the value from `xs` and constants. Intermediate tensors are freed; what backward needs is kept.
 * @param xs Tensors to differentiate with respect to, by name.
 * @throws ArcFleetError `shape_mismatch` for a `dy` of another shape, `internal` when called inside another recording.
 */
export function vjp<A extends Record<string, Tensor> = Record<string, never>>(
  forward: () => Tensor | ValueWithAux<A>,
  xs: Record<string, Tensor>,
): Vjp<A> {
  const recorder = tf.engine() as unknown as RecordingEngine;
  if (recorder.state.gradientDepth > 0) throw new ArcFleetError('internal', 'vjp cannot run inside another gradient recording');
  const { result, tape } = record(recorder, forward);
  const value = result.value;
  const kept = [value, ...Object.values(result.aux)];
  let path: PathNode[] | null = selectPath(tape, Object.values(xs), value);

  return {
    value,
    aux: result.aux,
    pullback(dy, onGradient) {
      if (path === null) throw new ArcFleetError('internal', 'pullback runs once, and not after dispose');
      if (dy.shape.join() !== value.shape.join()) {
        throw new ArcFleetError('shape_mismatch', `dy has shape [${dy.shape}], the value has [${value.shape}]`);
      }
      const nodes = path;
      path = null;
      return propagate(nodes, xs, value, dy, onGradient);
    },
    dispose() {
      if (path !== null) release(path);
      path = null;
      for (const tensor of kept) if (!tensor.isDisposed) tensor.dispose();
    },
  };
}

/** True while operations are recorded for a derivative: inputs of operations may be needed again. */
export function isRecording(): boolean {
  return (tf.engine() as unknown as RecordingEngine).state.gradientDepth > 0;
}

function record<A extends Record<string, Tensor>>(recorder: RecordingEngine, forward: () => Tensor | ValueWithAux<A>) {
  recorder.startTape();
  let tape: TapeNode[] = [];
  try {
    // Identity gives the value its own handle, so that disposing of it never disposes of an x or of a caller's tensor.
    const result = tf.tidy(() => {
      const output = forward();
      const { value, aux } = output instanceof tf.Tensor ? { value: output, aux: {} as A } : output;
      return { value: tf.keep(tf.clone(value)), aux: mapValues(aux, (tensor) => tf.keep(tf.clone(tensor))) as A };
    });
    return { result, tape: (tape = recorder.state.activeTape ?? []) };
  } catch (error) {
    tape = recorder.state.activeTape ?? [];
    for (const node of tape) releaseNode(node);
    throw error;
  } finally {
    recorder.endTape();
    recorder.state.activeTape = null;
  }
}

function selectPath(tape: readonly TapeNode[], xs: readonly Tensor[], y: Tensor): PathNode[] {
  const fromX = new Set(xs.map((x) => x.id));
  const reached = new Map<TapeNode, string[]>();
  for (const node of tape) {
    const names = Object.keys(node.inputs).filter((name) => fromX.has(inputOf(node, name).id));
    if (names.length === 0) continue;
    reached.set(node, names);
    for (const output of node.outputs) fromX.add(output.id);
  }
  const toY = new Set([y.id]);
  const path: PathNode[] = [];
  for (const node of tape.toReversed()) {
    const inputNames = reached.get(node);
    if (inputNames === undefined || !node.outputs.some((output) => toY.has(output.id))) {
      releaseNode(node);
      continue;
    }
    for (const name of inputNames) toY.add(inputOf(node, name).id);
    path.push({ node, inputNames });
  }
  return path; // last node first
}

function propagate(
  path: readonly PathNode[],
  xs: Record<string, Tensor>,
  y: Tensor,
  dy: Tensor,
  onGradient?: (name: string, gradient: Tensor) => void,
): Record<string, Tensor> {
  const names = new Map<number, string[]>();
  for (const [name, x] of Object.entries(xs)) names.set(x.id, [...(names.get(x.id) ?? []), name]);
  /** How many nodes may still add to a tensor's gradient. */
  const pending = new Map<number, number>();
  for (const { node, inputNames } of path) {
    for (const name of inputNames) {
      const { id } = inputOf(node, name);
      pending.set(id, (pending.get(id) ?? 0) + 1);
    }
  }
  const gradients = new Map<number, Tensor>();
  const results: Record<string, Tensor> = {};
  const deliver = (id: number) => {
    const gradient = gradients.get(id);
    for (const [index, name] of (names.get(id) ?? []).entries()) {
      if (gradient === undefined || results[name] !== undefined) continue;
      const own = index === 0 ? gradient : tf.keep(tf.clone(gradient));
      results[name] = own;
      onGradient?.(name, own);
    }
  };
  let done = 0;
  try {
    gradients.set(y.id, tf.keep(tf.clone(dy)));
    for (const { node, inputNames } of path) {
      const inputGradients = differentiate(node, inputNames, gradients);
      for (const output of node.outputs) {
        if (!names.has(output.id)) gradients.get(output.id)?.dispose();
        if (!names.has(output.id)) gradients.delete(output.id);
      }
      releaseNode(node);
      done++;
      for (const [name, gradient] of inputGradients) {
        const { id } = inputOf(node, name);
        accumulate(gradients, id, gradient);
        const left = (pending.get(id) ?? 1) - 1;
        pending.set(id, left);
        if (left === 0) deliver(id);
      }
    }
    deliver(y.id);
    for (const [name, x] of Object.entries(xs)) {
      if (results[name] !== undefined) continue;
      const zeros = tf.keep(tf.zerosLike(x));
      results[name] = zeros;
      onGradient?.(name, zeros);
    }
    if (!names.has(y.id)) gradients.get(y.id)?.dispose();
    return results;
  } catch (error) {
    for (const tensor of [...gradients.values(), ...Object.values(results)]) if (!tensor.isDisposed) tensor.dispose();
    release(path.slice(done));
    throw error;
  }
}

/** Gradients of a node's inputs, each with a handle of its own (a gradient function may return `dy` itself). */
function differentiate(node: TapeNode, inputNames: readonly string[], gradients: ReadonlyMap<number, Tensor>) {
  const { gradient } = node;
  if (gradient === undefined) throw new ArcFleetError('internal', `the op ${node.kernelName} has no gradient`);
  const result: [string, Tensor][] = [];
  tf.tidy(() => {
    const functions = gradient(node.outputs.map((output) => gradients.get(output.id) ?? null));
    for (const name of inputNames) {
      const compute = functions[name];
      if (compute === undefined) throw new ArcFleetError('internal', `the op ${node.kernelName} has no gradient for ${name}`);
      result.push([name, tf.keep(tf.clone(compute()))]);
    }
  });
  return result;
}

function accumulate(gradients: Map<number, Tensor>, id: number, gradient: Tensor): void {
  const before = gradients.get(id);
  if (before === undefined) {
    gradients.set(id, gradient);
    return;
  }
  gradients.set(
    id,
    tf.tidy(() => tf.keep(tf.add(before, gradient))),
  );
  before.dispose();
  gradient.dispose();
}

function inputOf(node: TapeNode, name: string): Tensor {
  const input = node.inputs[name];
  if (input === undefined) throw new ArcFleetError('internal', `the op ${node.kernelName} has no input ${name}`);
  return input;
}

function release(path: readonly PathNode[]): void {
  for (const { node } of path) releaseNode(node);
}

function releaseNode(node: TapeNode): void {
  for (const tensor of node.saved ?? []) if (!tensor.isDisposed) tensor.dispose();
}

function mapValues<T, U>(record: Record<string, T>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
