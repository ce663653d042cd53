/** What the groups of operations are about. */
export const TAGS: Readonly<Record<string, string>> = {
  runs: 'Trainings: create, watch, cancel.',
  evaluations: 'Judging a model on verification sets, among distractors, or on templates.',
  models: 'What runs have stored and what was imported.',
  embeddings: 'Images to vectors.',
  datasets: 'Registered data sets and their digests.',
  schedules: 'Evaluations at times of a calendar.',
  webhooks: 'Where events are told, and how that went.',
  tasks: 'Work of the fleet that is neither a training nor an evaluation.',
  workers: 'The machines of the fleet.',
  keys: 'Who may call the API.',
  audit: 'Who has changed what.',
  recipes: 'Named configurations.',
  health: 'Whether the API can do its work.',
  metrics: 'Numbers of the process for Prometheus.',
  events: 'What is sent to webhooks.',
  openapi: 'This document.',
};
