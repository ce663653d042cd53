export { dueFaults, FAULT_KINDS, parseFaults } from './faults.js';
export type { Fault, FaultKind } from './faults.js';
export { runTraining } from './run-training.js';
export type { TrainingDeps, TrainingResult } from './training-deps.js';
export type { StopMode } from './data/step-message.js';
