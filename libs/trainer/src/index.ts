export { dueFaults, FAULT_KINDS, parseFaults } from './faults.js';
export type { Fault, FaultKind } from './faults.js';
export { runTraining } from './run-training.js';
export type { TrainingDeps, TrainingResult } from './training-deps.js';
export type { StopMode } from './data/step-message.js';
export { SafetensorsReader, writeSafetensors } from './checkpoint/safetensors.js';
export type { TensorSource } from './checkpoint/safetensors.js';
export { locateModel } from './pretrained/locate-model.js';
export type { ModelLocation } from './pretrained/locate-model.js';
