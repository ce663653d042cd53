import { Writer } from 'protobufjs/minimal.js';
import { ArcFleetError, type FileEntry } from '#contracts';
import { writeDurably } from '#formats';
import type { Network } from '#model-zoo';
import type { BackboneValues } from '../backbone-values.js';
import { GRAPH, MAX_MODEL_BYTES, METADATA, MODEL, WIRE, type InputRange } from './onnx-format.js';
import { tagOf, tensorHead, text, whole, writeEntry, writeNode, writeOpset, writeValueInfo } from './onnx-messages.js';
import { EMBEDDING, INPUT, onnxGraphOf, type OnnxGraph } from './onnx-nodes.js';

/** Read by onnxruntime since 1.6 and TensorRT since 8.0; IR version 7 came with it. */
const OPSET = 13;
const IR_VERSION = 7;
const BATCH = 'batch';

export interface OnnxOptions {
  /** What the model is fed. Default `raw`: pixels from 0 to 255, normalised inside. */
  readonly input?: InputRange | undefined;
  /** SHA-256 of the file that the weights came from; kept in the metadata. */
  readonly sourceSha256?: string | undefined;
  /** Of ArcFleet; kept in the metadata. */
  readonly producerVersion?: string | undefined;
}

/**
 * Writes a backbone in eval mode as ONNX (opset 13): input `input`, float32 N x 3 x height x width, RGB, with N free; output
 * `embedding`, N x D, not normalised. Complete or absent; one tensor at a time is held besides the values.
 *
 * @throws ArcFleetError `model_mismatch` for a model of 2 GiB or more, which the format cannot hold.
 */
export async function writeOnnx(
  path: string,
  network: Network,
  values: BackboneValues,
  options: OnnxOptions = {},
): Promise<FileEntry> {
  const { input: range = 'raw' } = options;
  const graph = onnxGraphOf(network, values, range);
  const head = encodeHead(network, range, options);
  const description = encodeGraph(network, graph);
  const tensors = graph.tensors.map((tensor) => {
    const numBytes = 4 * tensor.dims.reduce((product, dim) => product * dim, 1);
    // Above the limit lengths no longer fit into their field; the sum below refuses the model.
    const lead = numBytes <= MAX_MODEL_BYTES ? tensorHead(GRAPH.initializer, tensor, numBytes) : new Uint8Array();
    return { ...tensor, numBytes, lead };
  });
  const graphBytes = tensors.reduce((sum, { numBytes, lead }) => sum + numBytes + lead.length, description.length);
  if (graphBytes + head.length + 16 > MAX_MODEL_BYTES) {
    throw new ArcFleetError(
      'model_mismatch',
      `${path}: ${network.name} with embedding size ${network.embeddingSize} at ${network.height} x ${network.width} pixels takes ${graphBytes} bytes; an ONNX file holds less than 2 GiB. Write it as safetensors instead`,
      { file: path, sizeBytes: graphBytes },
    );
  }
  return writeDurably(path, async (write) => {
    await write(head);
    await write(new Writer().uint32(tagOf(MODEL.graph, WIRE.bytes)).uint32(graphBytes).finish());
    await write(description);
    for (const { name, lead, numBytes, values: valuesOf } of tensors) {
      const { buffer, byteOffset, byteLength } = valuesOf();
      if (byteLength !== numBytes) throw new ArcFleetError('internal', `${name} has ${byteLength} bytes instead of ${numBytes}`);
      await write(lead);
      await write(new Uint8Array(buffer, byteOffset, byteLength));
    }
  });
}

/** Everything of the model but its graph. */
function encodeHead(network: Network, range: InputRange, { sourceSha256, producerVersion }: OnnxOptions): Uint8Array {
  const writer = new Writer();
  whole(writer, MODEL.irVersion, IR_VERSION);
  text(writer, MODEL.producerName, 'arcfleet');
  if (producerVersion !== undefined) text(writer, MODEL.producerVersion, producerVersion);
  text(writer, MODEL.docString, documentation(network, range));
  writeOpset(writer, MODEL.opsetImport, OPSET);
  const metadata: Record<string, string | undefined> = {
    [METADATA.input]: range,
    [METADATA.network]: network.name,
    [METADATA.output]: network.output,
    [METADATA.embeddingSize]: String(network.embeddingSize),
    [METADATA.sourceSha256]: sourceSha256,
  };
  for (const [key, value] of Object.entries(metadata)) {
    if (value !== undefined) writeEntry(writer, MODEL.metadata, key, value);
  }
  return writer.finish();
}

/** Nodes, inputs and outputs; the initializers follow. */
function encodeGraph(network: Network, { nodes }: OnnxGraph): Uint8Array {
  const { name, height, width, embeddingSize } = network;
  const writer = new Writer();
  for (const node of nodes) writeNode(writer, GRAPH.node, node);
  text(writer, GRAPH.name, name);
  writeValueInfo(writer, GRAPH.input, INPUT, [BATCH, 3, height, width]);
  writeValueInfo(writer, GRAPH.output, EMBEDDING, [BATCH, embeddingSize]);
  return writer.finish();
}

function documentation({ name, height, width, embeddingSize }: Network, range: InputRange): string {
  const pixels = range === 'raw' ? 'pixels from 0 to 255; normalised inside' : 'pixels as (x - 127.5) / 127.5';
  return `Face embeddings by ${name}. ${INPUT}: float32, N x 3 x ${height} x ${width}, RGB, ${pixels}; aligned faces. ${EMBEDDING}: N x ${embeddingSize}, not normalised.`;
}
