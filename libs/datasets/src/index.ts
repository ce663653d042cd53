export { BatchLoader } from './batch-loader.js';
export type { Batch, BatchLoaderOptions } from './batch-loader.js';
export { decodeImage, placeImage } from './decode-image.js';
export type { ImageSize } from './decode-image.js';
export { dropSmallIdentities } from './drop-small-identities.js';
export { parseProperty } from './faces-emore.js';
export type { DatasetProperty } from './faces-emore.js';
export { DATASET_REGISTRY, openTrainingSet } from './open-training-set.js';
export { ImageDecoder } from './pipeline/image-decoder.js';
export type { BatchPlan, ImageDecoderOptions } from './pipeline/image-decoder.js';
export { encodeImageRecord } from './recordio/record-format.js';
export { encodeRecord, RecordWriter } from './recordio/record-writer.js';
export { openSampleReader } from './sample-reader.js';
export type { SampleLocations, SampleReader, SampleSource } from './sample-reader.js';
export type { OpenTrainingSet, TrainingSet } from './training-set.js';
export {
  encodeVerificationSet,
  listVerificationTargets,
  openVerificationSet,
  parseVerificationSet,
  verificationPath,
  writeVerificationSet,
} from './verification-set.js';
export type { VerificationSet } from './verification-set.js';
export { contactSheet } from './synthetic/contact-sheet.js';
export type { ContactSheetOptions } from './synthetic/contact-sheet.js';
export { TRAINING_DIFFICULTY } from './synthetic/difficulty.js';
export type { SyntheticDifficulty } from './synthetic/difficulty.js';
export { SYNTHETIC_IMAGE_SIZE } from './synthetic/draw-face.js';
export { generateSyntheticFaces } from './synthetic/generate-faces.js';
export type { SyntheticFacesOptions, SyntheticFacesSummary } from './synthetic/generate-faces.js';
