/**
 * Numbers of ONNX's messages (onnx.proto3 of onnx 1.8, IR version 7; later versions add to them). Only what is written or looked at
 * here.
 */
export const MODEL = {
  irVersion: 1,
  producerName: 2,
  producerVersion: 3,
  docString: 6,
  graph: 7,
  opsetImport: 8,
  metadata: 14,
  trainingInfo: 20,
  functions: 25,
} as const;
export const GRAPH = {
  node: 1,
  name: 2,
  initializer: 5,
  input: 11,
  output: 12,
  valueInfo: 13,
  sparseInitializer: 15,
} as const;
export const NODE = { input: 1, output: 2, name: 3, opType: 4, attribute: 5, domain: 7 } as const;
export const ATTRIBUTE = {
  name: 1,
  f: 2,
  i: 3,
  t: 5,
  g: 6,
  floats: 7,
  ints: 8,
  tensors: 10,
  graphs: 11,
  type: 20,
  sparseTensor: 22,
  sparseTensors: 23,
} as const;
export const TENSOR = {
  dims: 1,
  dataType: 2,
  floatData: 4,
  int32Data: 5,
  int64Data: 7,
  name: 8,
  rawData: 9,
  externalData: 13,
  dataLocation: 14,
} as const;
export const SPARSE_TENSOR = { values: 1, indices: 2 } as const;
export const VALUE_INFO = { name: 1, type: 2 } as const;
export const TYPE = { tensor: 1 } as const;
export const TENSOR_TYPE = { elementType: 1, shape: 2 } as const;
export const SHAPE = { dimension: 1 } as const;
export const DIMENSION = { value: 1, parameter: 2 } as const;
export const OPSET = { domain: 1, version: 2 } as const;
export const ENTRY = { key: 1, value: 2 } as const;

export const ATTRIBUTE_TYPE = { float: 1, int: 2, ints: 7 } as const;
export const FLOAT = 1;

/** A protobuf message cannot be larger, and readers refuse it from here on. */
export const MAX_MODEL_BYTES = 2 ** 31 - 1;

/** What follows a field's tag. */
export const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** Keys of `metadata_props` in models written here. */
export const METADATA = {
  /** `raw` or `normalized`: what the model wants to be fed. */
  input: 'arcfleet.input',
  network: 'arcfleet.network',
  output: 'arcfleet.output',
  embeddingSize: 'arcfleet.embedding_size',
  sourceSha256: 'arcfleet.source_sha256',
} as const;
/** `raw`: pixels from 0 to 255. `normalized`: (pixel - 127.5) / 127.5. */
export const INPUT_RANGES = ['raw', 'normalized'] as const;
export type InputRange = (typeof INPUT_RANGES)[number];
