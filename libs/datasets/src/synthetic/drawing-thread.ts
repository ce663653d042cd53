import { parentPort } from 'node:worker_threads';
import { drawFace } from './draw-face.js';
import type { DrawingReply, DrawingRequest } from './drawing-pool.js';

/** A thread of {@link DrawingPool}: draws what it is sent. */
parentPort?.on('message', ({ id, drawing }: DrawingRequest) => {
  const reply = (message: DrawingReply): void => parentPort?.postMessage(message);
  drawFace(drawing).then(
    (jpeg) => reply({ id, jpeg }),
    (error: unknown) => reply({ id, error: String(error) }),
  );
});
