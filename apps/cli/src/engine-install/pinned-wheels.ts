import { TENSORFLOW_VERSION, type TensorFlowVariant } from '#engine';

/** A wheel by the checksum of its file; where pip knows several for a package, `file` is the one that is asked for. */
export interface PinnedWheel {
  /** As pip knows it. */
  readonly package: string;
  readonly version: string;
  readonly file: string;
  readonly sha256: string;
  /** Builds for other Pythons, accepted when they are given by hand: the library inside is built from the same source. */
  readonly alternatives?: Readonly<Record<string, string>>;
}

const tensorFlowCpu: PinnedWheel = {
  package: 'tensorflow-cpu',
  version: TENSORFLOW_VERSION,
  file: 'tensorflow_cpu-2.21.0-cp312-cp312-manylinux_2_27_x86_64.whl',
  sha256: 'dcc8afd32930e42d5296b6ee19078b773706830af4ea97fbe503b9f5e0f820cb',
  alternatives: {
    'tensorflow_cpu-2.21.0-cp310-cp310-manylinux_2_27_x86_64.whl':
      'd143e92f5c0661cdfa26eaca8f73cd2efd0ec53a68af8dec82f584ba8eb14b83',
    'tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl':
      '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
    'tensorflow_cpu-2.21.0-cp313-cp313-manylinux_2_27_x86_64.whl':
      '05af7c26d35f4de910b5598c7b507e3981831a7b0f47fed9a405d995d51d7793',
  },
};

const tensorFlowArm: PinnedWheel = {
  package: 'tensorflow',
  version: TENSORFLOW_VERSION,
  file: 'tensorflow-2.21.0-cp312-cp312-manylinux_2_27_aarch64.whl',
  sha256: 'b07d15737406533898e36c7ef7944b1be18e9028dc521b9229952c537bbc5552',
};

const tensorFlowGpu: PinnedWheel = {
  package: 'tensorflow',
  version: TENSORFLOW_VERSION,
  file: 'tensorflow-2.21.0-cp312-cp312-manylinux_2_27_x86_64.whl',
  sha256: 'b3b95643c4e70eb925839938fb35cbe142f317ec84af6844ee61513713bb13c0',
};

const nvidia = (name: string, version: string, platform: string, sha256: string): PinnedWheel => ({
  package: `nvidia-${name}-cu12`,
  version,
  file: `nvidia_${name.replaceAll('-', '_')}_cu12-${version}-py3-none-${platform}.whl`,
  sha256,
});

/** What pip resolved for `tensorflow[and-cuda]==2.21.0` when this was pinned. */
const CUDA: readonly PinnedWheel[] = [
  nvidia('cublas', '12.9.3.13', 'manylinux_2_27_x86_64', 'd7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72'),
  nvidia(
    'cuda-cupti',
    '12.8.90',
    'manylinux2014_x86_64.manylinux_2_17_x86_64',
    'ea0cb07ebda26bb9b29ba82cda34849e73c166c18162d3913575b0c9db9a6182',
  ),
  nvidia(
    'cuda-nvcc',
    '12.9.86',
    'manylinux2010_x86_64.manylinux_2_12_x86_64',
    '5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0',
  ),
  nvidia(
    'cuda-nvrtc',
    '12.9.86',
    'manylinux2010_x86_64.manylinux_2_12_x86_64',
    '210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4',
  ),
  nvidia(
    'cuda-runtime',
    '12.9.79',
    'manylinux2014_x86_64.manylinux_2_17_x86_64',
    '25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3',
  ),
  nvidia('cudnn', '9.28.0.42', 'manylinux_2_27_x86_64', '9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375'),
  nvidia(
    'cufft',
    '11.4.1.4',
    'manylinux2014_x86_64.manylinux_2_17_x86_64',
    'c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28',
  ),
  nvidia('curand', '10.3.10.19', 'manylinux_2_27_x86_64', '49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e'),
  nvidia('cusolver', '11.7.5.82', 'manylinux_2_27_x86_64', '15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88'),
  nvidia(
    'cusparse',
    '12.5.10.65',
    'manylinux2014_x86_64.manylinux_2_17_x86_64',
    '73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78',
  ),
  nvidia('nccl', '2.32.3', 'manylinux_2_27_x86_64', 'bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c'),
  nvidia(
    'nvjitlink',
    '12.9.86',
    'manylinux2010_x86_64.manylinux_2_12_x86_64',
    'e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9',
  ),
];

/** The wheels of a variant for a platform (`process.platform`-`process.arch`), or undefined where there are none. */
export function pinnedWheels(platform: string, variant: TensorFlowVariant): readonly PinnedWheel[] | undefined {
  const table: Readonly<Record<string, Readonly<Partial<Record<TensorFlowVariant, readonly PinnedWheel[]>>>>> = {
    'linux-x64': { cpu: [tensorFlowCpu], gpu: [tensorFlowGpu, ...CUDA] },
    'linux-arm64': { cpu: [tensorFlowArm] },
  };
  return table[platform]?.[variant];
}
