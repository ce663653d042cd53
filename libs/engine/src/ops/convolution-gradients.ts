import { backend_util, type Tensor, type Tensor2D, type Tensor4D } from '@tensorflow/tfjs-core';
import { input, type Attributes, type TensorMap } from '../define-op.js';
import { tf } from '../tf.js';

/**
 * Derivatives of convolutions composed from tfjs ops, for backends that lack the kernel. Attributes are those of tfjs'
 * kernels of the same names. Every tap of the filter sees one shifted, strided view of the padded input.
 */
export const CONVOLUTION_GRADIENTS: Record<string, (inputs: TensorMap, attrs: Attributes) => Tensor> = {
  Conv2DBackpropFilter: (inputs, attrs) => {
    const x = input(inputs, 'x') as Tensor4D;
    const dy = input(inputs, 'dy') as Tensor4D;
    const filterShape = attrs.filterShape as [number, number, number, number];
    const info = geometry(x.shape, filterShape, attrs, false);
    const dy2 = tf.reshape(dy, [-1, filterShape[3]]) as Tensor2D;
    const products = taps(x, info).map((view) => tf.matMul(tf.reshape(view, [-1, filterShape[2]]) as Tensor2D, dy2, true, false));
    return tf.reshape(tf.stack(products), filterShape);
  },
  DepthwiseConv2dNativeBackpropFilter: (inputs, attrs) => {
    const x = input(inputs, 'x') as Tensor4D;
    const dy = input(inputs, 'dy') as Tensor4D;
    const filterShape = attrs.filterShape as [number, number, number, number];
    const info = geometry(x.shape, filterShape, attrs, true);
    return tf.reshape(tf.stack(taps(x, info).map((view) => tf.sum(tf.mul(view, dy), [0, 1, 2]))), filterShape);
  },
  DepthwiseConv2dNativeBackpropInput: (inputs, attrs) => {
    const dy = input(inputs, 'dy') as Tensor4D;
    const filter = input(inputs, 'filter') as Tensor4D;
    const info = geometry(attrs.inputShape as Tensor4D['shape'], filter.shape, attrs, true);
    const spread = dilate(dy, info.strideHeight, info.strideWidth);
    // A full correlation with the flipped filter: enough zeros around, then cut to the input's size.
    const { top, left } = info.padInfo;
    const above = info.filterHeight - 1 - top;
    const before = info.filterWidth - 1 - left;
    const below = info.inHeight - spread.shape[1] - above + info.filterHeight - 1;
    const after = info.inWidth - spread.shape[2] - before + info.filterWidth - 1;
    const padded = tf.pad(spread, [
      [0, 0],
      [Math.max(above, 0), Math.max(below, 0)],
      [Math.max(before, 0), Math.max(after, 0)],
      [0, 0],
    ]);
    const size = [dy.shape[0], info.inHeight + info.filterHeight - 1, info.inWidth + info.filterWidth - 1, dy.shape[3]] as const;
    const framed = tf.slice(padded, [0, Math.max(-above, 0), Math.max(-before, 0), 0], [...size]);
    return tf.depthwiseConv2d(framed, tf.reverse(filter, [0, 1]), 1, 'valid');
  },
};

type Geometry = backend_util.Conv2DInfo;

function geometry(
  inputShape: Tensor4D['shape'],
  filterShape: Tensor4D['shape'],
  attrs: Attributes,
  depthwise: boolean,
): Geometry {
  return backend_util.computeConv2DInfo(
    inputShape,
    filterShape,
    attrs.strides as [number, number],
    1,
    attrs.pad as unknown as number,
    undefined,
    depthwise,
  );
}

function taps(x: Tensor4D, info: Geometry): Tensor4D[] {
  const { top, bottom, left, right } = info.padInfo;
  const padded = tf.pad(x, [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ]);
  const height = (info.outHeight - 1) * info.strideHeight + 1;
  const width = (info.outWidth - 1) * info.strideWidth + 1;
  const views: Tensor4D[] = [];
  for (let ky = 0; ky < info.filterHeight; ky++) {
    for (let kx = 0; kx < info.filterWidth; kx++) {
      const begin = [0, ky, kx, 0];
      const end = [x.shape[0], ky + height, kx + width, x.shape[3]];
      views.push(tf.stridedSlice(padded, begin, end, [1, info.strideHeight, info.strideWidth, 1]) as Tensor4D);
    }
  }
  return views;
}

/** Puts `stride - 1` zeros between rows and columns. */
function dilate(x: Tensor4D, strideHeight: number, strideWidth: number): Tensor4D {
  if (strideHeight === 1 && strideWidth === 1) return x;
  const [batch, height, width, channels] = x.shape;
  const spread = tf.pad(tf.reshape(x, [batch, height, 1, width, channels]), [
    [0, 0],
    [0, 0],
    [0, strideHeight - 1],
    [0, 0],
    [0, 0],
  ]);
  const columns = tf.pad(tf.reshape(spread, [batch * height * strideHeight, width, 1, channels]), [
    [0, 0],
    [0, 0],
    [0, strideWidth - 1],
    [0, 0],
  ]);
  const full = tf.reshape(columns, [batch, height * strideHeight, width * strideWidth, channels]) as Tensor4D;
  return tf.slice(full, [0, 0, 0, 0], [batch, (height - 1) * strideHeight + 1, (width - 1) * strideWidth + 1, channels]);
}
