import { ArcFleetError } from '#contracts';
import { ClaimedSizes } from './claimed-sizes.js';
import { ATTRIBUTE, ENTRY, GRAPH, MODEL, NODE, SPARSE_TENSOR, TENSOR, WIRE } from './onnx-format.js';
import { WireBytes, type WireField } from './wire-walk.js';

/** What a model says of itself, as far as it decides how it is to be fed. */
export interface OnnxFacts {
  readonly irVersion: number;
  readonly producer: string;
  /** `metadata_props`. */
  readonly metadata: ReadonlyMap<string, string>;
  /** The first nodes of the graph, {@link FIRST_NODES} at most. */
  readonly firstNodes: readonly NodeFacts[];
  readonly numNodes: number;
}

export interface NodeFacts {
  readonly name: string;
  readonly opType: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** As many as InsightFace looks at. */
export const FIRST_NODES = 8;

/** Far beyond any backbone (r200 has 700 nodes); messages nest no deeper than subgraphs do. */
const MAX_NODES = 100_000;
const MAX_TENSORS = 200_000;
const MAX_METADATA = 1000;
const MAX_DEPTH = 16;
const MAX_NODE_EDGES = 10_000;
const MAX_TEXT_BYTES = 64 * 1024;
const MAX_DIMENSIONS = 32;

/** Domains whose operators are ONNX's own. */
const OWN_DOMAINS = ['', 'ai.onnx'];
/** Operators that repeat a part of the graph as often as a number in the file says. */
const REPEATING = ['Loop', 'Scan', 'SequenceMap'];

/** Bytes of an element by ONNX's number of its type, for those of whole bytes. */
const ELEMENT_BYTES: Readonly<Record<number, number>> = {
  1: 4,
  2: 1,
  3: 1,
  4: 2,
  5: 2,
  6: 4,
  7: 8,
  9: 1,
  10: 2,
  11: 8,
  12: 4,
  13: 8,
  14: 8,
  15: 16,
  16: 2,
};

/**
 * Looks at an ONNX file before onnxruntime does. Nothing is copied but the facts, and nothing is run.
 *
 * @throws ArcFleetError `checkpoint_corrupt` naming file and byte for bytes that are no such model; `model_refused` for one that
 *   asks for other files, operators that are not ONNX's own, functions, loops, more nodes or larger values than any backbone has.
 */
export function inspectOnnx(path: string, bytes: Uint8Array): OnnxFacts {
  return new Inspection(new WireBytes(path, bytes)).model();
}

class Inspection {
  private readonly firstNodes: NodeFacts[] = [];
  private numNodes = 0;
  private numTensors = 0;
  private readonly sizes: ClaimedSizes;

  constructor(private readonly wire: WireBytes) {
    this.sizes = new ClaimedSizes(wire);
  }

  model(): OnnxFacts {
    const { wire } = this;
    const metadata = new Map<string, string>();
    let irVersion = 0;
    let producer = '';
    let hasGraph = false;
    for (const field of wire.fields()) {
      if (field.wire === WIRE.varint) {
        if (field.field === MODEL.irVersion) irVersion = field.value;
        continue;
      }
      if (field.wire !== WIRE.bytes) continue;
      switch (field.field) {
        case MODEL.producerName:
          producer = wire.text(field, MAX_TEXT_BYTES);
          break;
        case MODEL.metadata: {
          const [key, value] = this.entry(field);
          if (metadata.size >= MAX_METADATA) throw this.refused(field.at, `it has more than ${MAX_METADATA} metadata`);
          metadata.set(key, value);
          break;
        }
        case MODEL.graph:
          if (hasGraph) throw wire.corrupt(field.at, 'here begins a second graph');
          hasGraph = true;
          this.graph(field, 0);
          break;
        case MODEL.functions:
          throw this.refused(field.at, 'it defines operators of its own (functions)');
        case MODEL.trainingInfo:
          throw this.refused(field.at, 'it holds a training step');
      }
    }
    if (!hasGraph || irVersion < 1) throw wire.corrupt(0, 'this is no ONNX model: it has no graph or no version');
    const tooLarge = this.sizes.tooLarge();
    if (tooLarge) throw this.refused(tooLarge.at, tooLarge.what);
    return { irVersion, producer, metadata, firstNodes: this.firstNodes, numNodes: this.numNodes };
  }

  private graph(message: Span, depth: number): void {
    if (depth > MAX_DEPTH) throw this.refused(message.at, `its graphs lie ${MAX_DEPTH} deep in each other`);
    for (const field of this.wire.fields(message.start, message.end)) {
      if (field.wire !== WIRE.bytes) continue;
      if (field.field === GRAPH.node) this.node(field, depth);
      if (field.field === GRAPH.initializer) {
        this.tensor(field);
        const { name, values } = this.sizes.tensorValues(field);
        this.sizes.addConstant(name, values);
      }
      if (field.field === GRAPH.sparseInitializer) this.sparseTensor(field);
    }
  }

  private node(message: Span, depth: number): void {
    const { wire } = this;
    if (++this.numNodes > MAX_NODES) throw this.refused(message.at, `it has more than ${MAX_NODES} nodes`);
    const facts = { name: '', opType: '', inputs: [] as string[], outputs: [] as string[] };
    const lists: number[][] = [];
    const scalars: number[][] = [];
    for (const field of wire.fields(message.start, message.end)) {
      if (field.wire !== WIRE.bytes) continue;
      switch (field.field) {
        case NODE.input:
        case NODE.output: {
          const edges = field.field === NODE.input ? facts.inputs : facts.outputs;
          if (edges.push(wire.text(field, MAX_TEXT_BYTES)) > MAX_NODE_EDGES) {
            throw this.refused(field.at, `a node reads or writes more than ${MAX_NODE_EDGES} values`);
          }
          break;
        }
        case NODE.name:
          facts.name = wire.text(field, MAX_TEXT_BYTES);
          break;
        case NODE.opType:
          facts.opType = wire.text(field, MAX_TEXT_BYTES);
          if (REPEATING.includes(facts.opType)) throw this.refused(field.at, `it repeats a part of itself (${facts.opType})`);
          break;
        case NODE.domain: {
          const domain = wire.text(field, MAX_TEXT_BYTES);
          if (!OWN_DOMAINS.includes(domain)) throw this.refused(field.at, `it uses an operator of ${domain}`);
          break;
        }
        case NODE.attribute: {
          const { list, scalar } = this.attribute(field, depth);
          lists.push(list);
          scalars.push(scalar);
          break;
        }
      }
    }
    this.sizes.addNode({ ...facts, lists, scalars, at: message.at }, facts.outputs);
    if (depth === 0 && this.firstNodes.length < FIRST_NODES) this.firstNodes.push(facts);
  }

  /** @returns its numbers, as far as they may be a shape. */
  private attribute(message: Span, depth: number): { list: number[]; scalar: number[] } {
    const list: number[] = [];
    const scalar: number[] = [];
    for (const field of this.wire.fields(message.start, message.end)) {
      list.push(...this.sizes.listed(field));
      scalar.push(...this.sizes.single(field));
      if (field.wire !== WIRE.bytes) continue;
      switch (field.field) {
        case ATTRIBUTE.t:
        case ATTRIBUTE.tensors:
          this.tensor(field);
          if (field.field === ATTRIBUTE.t) list.push(...this.sizes.tensorValues(field).values);
          break;
        case ATTRIBUTE.sparseTensor:
        case ATTRIBUTE.sparseTensors:
          this.sparseTensor(field);
          break;
        case ATTRIBUTE.g:
        case ATTRIBUTE.graphs:
          this.graph(field, depth + 1);
          break;
      }
    }
    return { list, scalar };
  }

  private sparseTensor(message: Span): void {
    for (const field of this.wire.fields(message.start, message.end)) {
      const isTensor = field.field === SPARSE_TENSOR.values || field.field === SPARSE_TENSOR.indices;
      if (field.wire === WIRE.bytes && isTensor) this.tensor(field);
    }
  }

  /** The size that a tensor claims is held to the bytes that it has; it may not ask for another file. */
  private tensor(message: Span): void {
    const { wire } = this;
    if (++this.numTensors > MAX_TENSORS) throw this.refused(message.at, `it has more than ${MAX_TENSORS} tensors`);
    const dims: number[] = [];
    let type = 0;
    let rawBytes: number | null = null;
    for (const field of wire.fields(message.start, message.end)) {
      switch (field.field) {
        case TENSOR.dims:
          if (field.wire === WIRE.varint || field.wire === WIRE.bytes) dims.push(...wire.numbers(field, MAX_DIMENSIONS));
          break;
        case TENSOR.dataType:
          if (field.wire === WIRE.varint) type = field.value;
          break;
        case TENSOR.rawData:
          if (field.wire === WIRE.bytes) rawBytes = field.end - field.start;
          break;
        case TENSOR.dataLocation:
          if (field.wire === WIRE.varint && field.value !== 0) throw this.external(field);
          break;
        case TENSOR.externalData:
          throw this.external(field);
      }
      if (dims.length > MAX_DIMENSIONS) throw wire.corrupt(field.at, `a tensor of more than ${MAX_DIMENSIONS} dimensions`);
    }
    if (dims.some((dim) => dim < 0)) throw wire.corrupt(message.at, `a tensor of shape [${dims.join(', ')}] cannot be`);
    const bytes = ELEMENT_BYTES[type];
    if (rawBytes === null || bytes === undefined) return;
    const needed = dims.reduce((product, dim) => product * dim, bytes);
    if (needed !== rawBytes) {
      throw wire.corrupt(message.at, `a tensor of shape [${dims.join(', ')}] takes ${needed} bytes and has ${rawBytes}`);
    }
  }

  private entry(message: Span): [key: string, value: string] {
    const entry = { key: '', value: '' };
    for (const field of this.wire.fields(message.start, message.end)) {
      if (field.wire !== WIRE.bytes) continue;
      if (field.field === ENTRY.key) entry.key = this.wire.text(field, MAX_TEXT_BYTES);
      if (field.field === ENTRY.value) entry.value = this.wire.text(field, MAX_TEXT_BYTES);
    }
    return [entry.key, entry.value];
  }

  private external({ at }: WireField): ArcFleetError {
    const advice = 'Save it as one file first (onnx.save without save_as_external_data)';
    return this.refused(at, `its weights lie in another file. ${advice}`);
  }

  private refused(at: number, what: string): ArcFleetError {
    const { path } = this.wire;
    return new ArcFleetError('model_refused', `${path}: byte ${at}: this model is not run: ${what}`, { file: path, byte: at });
  }
}

type Span = Extract<WireField, { start: number }>;
