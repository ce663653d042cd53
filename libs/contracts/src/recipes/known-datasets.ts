/** A published training set, as its `property` file and its list of images have it. */
export interface KnownDataset {
  /** Name that the literature uses. */
  readonly name: string;
  /** Folder that it unpacks to. */
  readonly folder: string;
  readonly numClasses: number;
  readonly numImages: number;
}

/** By the name of train.py's preset or arcface_torch's prefix of configuration files (insightface.md 1.5). */
export const KNOWN_DATASETS = {
  emore: { name: 'MS1MV2 (MS1M-ArcFace)', folder: 'faces_emore', numClasses: 85_742, numImages: 5_822_653 },
  retina: { name: 'MS1MV3 (MS1M-RetinaFace)', folder: 'ms1m-retinaface-t1', numClasses: 93_431, numImages: 5_179_510 },
  ms1m: { name: 'MS1MV1 (MS1M-IBUG)', folder: 'faces_ms1m_112x112', numClasses: 85_164, numImages: 3_804_846 },
  webface: { name: 'CASIA-WebFace', folder: 'CASIA-WebFace', numClasses: 10_575, numImages: 494_414 },
  glint360k: { name: 'Glint360K', folder: 'glint360k', numClasses: 360_232, numImages: 17_091_657 },
  wf4m: { name: 'WebFace4M', folder: 'WebFace4M', numClasses: 205_990, numImages: 4_235_242 },
  wf12m: { name: 'WebFace12M', folder: 'WebFace12M', numClasses: 617_970, numImages: 12_720_066 },
  wf12mFlip: {
    name: 'WebFace12M, 40 % of labels flipped',
    folder: 'WebFace12M_FLIP40',
    numClasses: 617_970,
    numImages: 12_720_066,
  },
  wf12mConflict: {
    name: 'WebFace12M, identities split',
    folder: 'WebFace12M_Conflict',
    numClasses: 1_017_970,
    numImages: 12_720_066,
  },
  wf42m: { name: 'WebFace42M', folder: 'WebFace42M', numClasses: 2_059_906, numImages: 42_474_557 },
} as const satisfies Record<string, KnownDataset>;
