export { runTask } from './run-task.js';
export type { TaskContext, TaskDeps } from './task-deps.js';
