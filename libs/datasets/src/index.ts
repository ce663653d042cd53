export { BatchLoader, loadBatch } from './batch-loader.js';
export type { Batch, BatchLoaderOptions, BatchPlan } from './batch-loader.js';
export { decodeImage, placeImage } from './decode-image.js';
export type { ImageSize } from './decode-image.js';
export { parseProperty } from './faces-emore.js';
export type { DatasetProperty } from './faces-emore.js';
export { DATASET_REGISTRY, openTrainingSet } from './open-training-set.js';
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
export { TRAINING_DIFFICULTY } from './synthetic/difficulty.js';
export type { SyntheticDifficulty } from './synthetic/difficulty.js';
export { SYNTHETIC_IMAGE_SIZE } from './synthetic/draw-face.js';
export { generateSyntheticFaces } from './synthetic/generate-faces.js';
export type { SyntheticFacesOptions, SyntheticFacesSummary } from './synthetic/generate-faces.js';
export { contactSheet } from './tools/contact-sheet.js';
export type { ContactSheetOptions } from './tools/contact-sheet.js';
export { convertSet } from './tools/convert-set.js';
export type { ConvertOptions, ConvertSummary } from './tools/convert-set.js';
export { inspectSet } from './tools/inspect-set.js';
export type { SetDescription } from './tools/inspect-set.js';
export { mergeSets } from './tools/merge-sets.js';
export { pairsToBin } from './tools/pairs-to-bin.js';
export type { Problem } from './tools/problems.js';
export { shuffleSet } from './tools/shuffle-set.js';
export { validateSet } from './tools/validate-set.js';
export type { Validation } from './tools/validate-set.js';
export { refuseExisting, writeCompleteFile, writeCompleteFolder } from './tools/write-complete.js';
export { writeIndex } from './tools/write-index.js';
