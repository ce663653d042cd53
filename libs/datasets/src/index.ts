export { alignFace } from './alignment/align-face.js';
export type { AlignedFace, AlignOptions } from './alignment/align-face.js';
export { applySimilarity, estimateSimilarity } from './alignment/similarity-transform.js';
export type { Landmarks, Point, SimilarityTransform } from './alignment/similarity-transform.js';
export { openByteSource } from './bytes/open-byte-source.js';
export type { ByteSource } from './bytes/byte-source.js';
export { listFolder } from './bytes/list-folder.js';
export { DEFAULT_CACHE_BYTES } from './bytes/remote-access.js';
export type { RemoteAccess } from './bytes/remote-access.js';
export { isRemote, joinPath } from './bytes/s3-path.js';
export { BatchLoader } from './batch-loader.js';
export type { Batch, BatchLoaderOptions } from './batch-loader.js';
export { decodeImage, placeImage, readImageSize } from './decode-image.js';
export type { ImageSize } from './decode-image.js';
export { dropSmallIdentities } from './drop-small-identities.js';
export { parseProperty } from './faces-emore.js';
export { checkFingerprint, fingerprintSet } from './fingerprint.js';
export type { Fingerprint, PinnedFiles } from './fingerprint.js';
export type { DatasetProperty } from './faces-emore.js';
export { DATASET_REGISTRY, openTrainingSet } from './open-training-set.js';
export type { DatasetAddress } from './open-training-set.js';
export { readImageFile } from './image-folder/image-files.js';
export { isImageName } from './image-folder/list-images.js';
export { openPairsFile, parsePairs } from './pairs-file.js';
export type { PairsList } from './pairs-file.js';
export { ImageDecoder } from './pipeline/image-decoder.js';
export type { BatchPlan, ImageDecoderOptions } from './pipeline/image-decoder.js';
export { encodeImageRecord } from './recordio/record-format.js';
export { encodeRecord, RecordWriter } from './recordio/record-writer.js';
export { openIjb } from './ijb/open-ijb.js';
export type { IjbProtocol } from './ijb/open-ijb.js';
export { openSampleReader } from './sample-reader.js';
export type { SampleLocations, SampleReader, SampleSource } from './sample-source.js';
export type { OpenOptions, OpenTrainingSet, TrainingSet } from './training-set.js';
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
export { surveySet } from './tools/survey-set.js';
export type { Survey } from './tools/survey-set.js';
export { validateSet } from './tools/validate-set.js';
export type { Validation } from './tools/validate-set.js';
export { refuseExisting, writeCompleteFile, writeCompleteFolder } from './tools/write-complete.js';
export { writeIndex } from './tools/write-index.js';
