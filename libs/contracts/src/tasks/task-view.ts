import { z } from 'zod';
import { runStateSchema } from '../run-view.js';
import { taskWorkSchema } from './task-config.js';
import { taskResultSchema } from './task-result.js';

/** Answer to `GET /tasks/:id`. */
export const taskViewSchema = runStateSchema.extend({
  /** How far it is: images of a data set. */
  step: z.number().int(),
  totalSteps: z.number().int(),
  work: taskWorkSchema,
  result: taskResultSchema.nullable(),
  urls: z.object({ self: z.string(), events: z.string(), logs: z.string(), cancel: z.string() }),
});
export type TaskView = z.output<typeof taskViewSchema>;

/** Answer to `GET /tasks`: newest first. */
export const taskListSchema = z.object({ tasks: z.array(taskViewSchema), next: z.string().nullable() });
export type TaskList = z.output<typeof taskListSchema>;
