import { backend_util, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { input, type Attributes, type TensorMap } from '../../define-op.js';
import { tf } from '../../tf.js';
import type { OpValue, TensorFlowOps } from './operations.js';

type Kernel = (inputs: TensorMap, attrs: Attributes) => Tensor;
type Shape = Tensor4D['shape'];

/**
 * Convolutions and their derivatives with zeros given by number, which tfjs-node's kernels refuse. Attributes are those of
 * tfjs' kernels of the same names; NHWC only.
 *
 * TensorFlow's fast (oneDNN) kernels know the paddings SAME and VALID; EXPLICIT goes to slower ones, up to four times for a
 * filter gradient. So: SAME where it means the same zeros, else VALID on a padded input, and EXPLICIT only where it is the
 * fastest, in depthwise convolutions forward and by the filter.
 */
export function convolutionKernels(ops: TensorFlowOps): Record<string, Kernel> {
  return {
    Conv2D: (inputs, attrs) => {
      const { x, filter } = { x: input(inputs, 'x'), filter: input(inputs, 'filter') };
      const plan = planOf(x.shape, filter.shape, attrs, false);
      return ops.run('Conv2D', attributesOf(plan), [padded(x, plan), filter]);
    },
    Conv2DBackpropInput: (inputs, attrs) => {
      const filter = input(inputs, 'filter');
      const plan = planOf(attrs.inputShape as Shape, filter.shape, attrs, false);
      const size = sizeTensor(paddedShape(plan));
      return cut(ops.run('Conv2DBackpropInput', attributesOf(plan), [size, filter, input(inputs, 'dy')]), plan);
    },
    Conv2DBackpropFilter: (inputs, attrs) => {
      const x = input(inputs, 'x');
      const filterShape = attrs.filterShape as Shape;
      const plan = planOf(x.shape, filterShape, attrs, false);
      const operands = [padded(x, plan), sizeTensor(filterShape), input(inputs, 'dy')];
      return ops.run('Conv2DBackpropFilter', attributesOf(plan), operands);
    },
    DepthwiseConv2dNative: (inputs, attrs) => {
      const { x, filter } = { x: input(inputs, 'x'), filter: input(inputs, 'filter') };
      const plan = explicit(planOf(x.shape, filter.shape, attrs, true));
      return ops.run('DepthwiseConv2dNative', attributesOf(plan), [x, filter]);
    },
    DepthwiseConv2dNativeBackpropInput: (inputs, attrs) => {
      const filter = input(inputs, 'filter');
      const plan = planOf(attrs.inputShape as Shape, filter.shape, attrs, true);
      const size = sizeTensor(paddedShape(plan));
      return cut(ops.run('DepthwiseConv2dNativeBackpropInput', attributesOf(plan), [size, filter, input(inputs, 'dy')]), plan);
    },
    DepthwiseConv2dNativeBackpropFilter: (inputs, attrs) => {
      const x = input(inputs, 'x');
      const filterShape = attrs.filterShape as Shape;
      const plan = explicit(planOf(x.shape, filterShape, attrs, true));
      return ops.run('DepthwiseConv2dNativeBackpropFilter', attributesOf(plan), [
        x,
        sizeTensor(filterShape),
        input(inputs, 'dy'),
      ]);
    },
  };
}

interface Plan {
  readonly info: backend_util.Conv2DInfo;
  /** VALID means: on an input that was padded by us (by nothing where there are no zeros). */
  readonly padding: 'SAME' | 'VALID' | 'EXPLICIT';
}

function planOf(inputShape: readonly number[], filterShape: readonly number[], attrs: Attributes, isDepthwise: boolean): Plan {
  const info = backend_util.computeConv2DInfo(
    inputShape as Shape,
    filterShape as Shape,
    attrs.strides as [number, number],
    (attrs.dilations as [number, number] | undefined) ?? 1,
    attrs.pad as unknown as number,
    attrs.dimRoundingMode as unknown as 'floor' | undefined,
    isDepthwise,
  );
  return { info, padding: hasPadding(info) && isSame(info) ? 'SAME' : 'VALID' };
}

/** The same zeros, put there by TensorFlow. */
function explicit(plan: Plan): Plan {
  return plan.padding === 'VALID' ? { ...plan, padding: 'EXPLICIT' } : plan;
}

function hasPadding({ padInfo }: backend_util.Conv2DInfo): boolean {
  return padInfo.top > 0 || padInfo.bottom > 0 || padInfo.left > 0 || padInfo.right > 0;
}

/** Whether TensorFlow's SAME puts exactly these zeros. */
function isSame(info: backend_util.Conv2DInfo): boolean {
  const { padInfo, inHeight, inWidth, outHeight, outWidth, strideHeight, strideWidth } = info;
  const matches = (size: number, out: number, stride: number, filter: number, before: number, after: number) => {
    const total = Math.max((out - 1) * stride + filter - size, 0);
    return out === Math.ceil(size / stride) && before === Math.floor(total / 2) && after === total - before;
  };
  return (
    matches(inHeight, outHeight, strideHeight, info.effectiveFilterHeight, padInfo.top, padInfo.bottom) &&
    matches(inWidth, outWidth, strideWidth, info.effectiveFilterWidth, padInfo.left, padInfo.right)
  );
}

function attributesOf({ info, padding }: Plan): Record<string, OpValue> {
  const { top, bottom, left, right } = info.padInfo;
  return {
    T: 'float32',
    strides: { int: [1, info.strideHeight, info.strideWidth, 1] },
    dilations: { int: [1, info.dilationHeight, info.dilationWidth, 1] },
    data_format: { string: 'NHWC' },
    padding: { string: padding },
    ...(padding === 'EXPLICIT' ? { explicit_paddings: { int: [0, 0, top, bottom, left, right, 0, 0] } } : {}),
  };
}

/** Shape of the input that the op sees. */
function paddedShape({ info, padding }: Plan): Shape {
  const { top, bottom, left, right } = info.padInfo;
  const [batch, height, width, channels] = info.inShape;
  return padding === 'VALID' ? [batch, height + top + bottom, width + left + right, channels] : info.inShape;
}

function padded(x: Tensor, plan: Plan): Tensor {
  if (plan.padding !== 'VALID' || !hasPadding(plan.info)) return x;
  const { top, bottom, left, right } = plan.info.padInfo;
  return tf.pad(x, [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ]);
}

/** Takes the zeros off again. */
function cut(x: Tensor, plan: Plan): Tensor {
  if (plan.padding !== 'VALID' || !hasPadding(plan.info)) return x;
  const { top, left } = plan.info.padInfo;
  return tf.slice(x, [0, top, left, 0], plan.info.inShape);
}

function sizeTensor(shape: readonly number[]): Tensor {
  return tf.tensor1d([...shape], 'int32');
}
