// Made by `npm run openapi`; not edited by hand.
export interface paths {
  '/runs': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Runs, newest first. */
    get: operations['runs.list'];
    put?: never;
    /** Creates a run, whole or as a recipe with overrides. It waits until all its ranks have a slot. */
    post: operations['runs.create'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/runs/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A run with its resolved configuration and history of states. */
    get: operations['runs.get'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/runs/{id}/cancel': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Asks a run to stop. Shows `canceling` at once and `canceled` when its ranks have left. */
    post: operations['runs.cancel'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/runs/{id}/metrics': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Metrics and verification scores per step. Steps that a restart replayed appear once. */
    get: operations['runs.metrics'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/runs/{id}/deliveries': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Webhook deliveries of a run. */
    get: operations['runs.deliveries'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/runs/{id}/events': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Events of a run as they happen. Ends after the terminal transition. */
    get: operations['runs.events'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/evaluations': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Evaluations with their scores, newest first. */
    get: operations['evaluations.list'];
    put?: never;
    /** Creates an evaluation of a model. It waits until all its ranks have a slot. */
    post: operations['evaluations.create'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/evaluations/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** An evaluation with the scores that it has, without curves. */
    get: operations['evaluations.get'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/evaluations/{id}/scores': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Its scores with ROC points and histograms. */
    get: operations['evaluations.scores'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/evaluations/{id}/cancel': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Asks an evaluation to stop. */
    post: operations['evaluations.cancel'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/evaluations/{id}/events': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Events of an evaluation as they happen. Ends after the terminal transition. */
    get: operations['evaluations.events'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/evaluations/{id}/deliveries': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Webhook deliveries of an evaluation. */
    get: operations['evaluations.deliveries'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/models': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Stored models, newest first. */
    get: operations['models.list'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/models/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A model, the run that trained it, and what it scored. */
    get: operations['models.get'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/models/{id}/embeddings': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Embeds images with a model. Vectors are kept for an hour, images only until they are embedded. */
    post: operations['models.embeddings'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/embeddings/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A request for embeddings, with its answer once it is there. */
    get: operations['embeddings.get'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/embeddings/{id}/cancel': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Asks a request for embeddings to stop; one that has ended stays as it is. */
    post: operations['embeddings.cancel'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/datasets': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Registered data sets, one entry per version, newest first. */
    get: operations['datasets.list'];
    put?: never;
    /** Registers a data set under a name. A worker reads it once; then it is `ready` or `invalid`. */
    post: operations['datasets.register'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/datasets/{ref}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A version with its facts and the runs that were made for it. */
    get: operations['datasets.get'];
    put?: never;
    post?: never;
    /** Forgets a version; its files stay. Refused while a run that has not ended refers to it. */
    delete: operations['datasets.delete'];
    options?: never;
    head?: never;
    /** Changes labels and description of a version. */
    patch: operations['datasets.update'];
    trace?: never;
  };
  '/datasets/{ref}/revalidate': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Has a data set read anew. Of one that is ready a further version is registered, which becomes a duplicate if nothing has changed. */
    post: operations['datasets.revalidate'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/tasks': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Validations of data sets, imports and exports of models, newest first. */
    get: operations['tasks.list'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/tasks/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A task with its result. */
    get: operations['tasks.get'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/tasks/{id}/cancel': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Asks a task to stop. What waits for it fails. */
    post: operations['tasks.cancel'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/tasks/{id}/events': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Events of a task as they happen. Ends after the terminal transition. */
    get: operations['tasks.events'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/runs/{id}/logs': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What its ranks logged, in order. Bounded: the log says where lines are missing. */
    get: operations['runs.logs'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/evaluations/{id}/logs': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What its ranks logged, in order. Bounded: the log says where lines are missing. */
    get: operations['evaluations.logs'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/tasks/{id}/logs': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What its ranks logged, in order. Bounded: the log says where lines are missing. */
    get: operations['tasks.logs'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/workers': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Workers with what their slots do, those that started last first; one that is gone is kept for a day. */
    get: operations['workers.list'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/workers/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A worker. */
    get: operations['workers.get'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/workers/{id}/drain': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Asks a worker to take nothing new and to leave when its ranks have ended. Asking again changes nothing. */
    post: operations['workers.drain'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/metrics': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Numbers of the fleet and of this process for Prometheus. */
    get: operations['metrics.get'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/recipes': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Named configurations, each with the published numbers that it aims at. */
    get: operations['recipes.list'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/recipes/{name}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One recipe with its resolved configuration. */
    get: operations['recipes.get'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/health': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Whether the API can do its work. */
    get: operations['health.get'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/openapi.json': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** This document. */
    get: operations['openapi.get'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export interface webhooks {
  'run.queued': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sent to endpoints that want it, signed as in Standard Webhooks 1.0. */
    post: operations['events.run.queued'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  'run.started': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sent to endpoints that want it, signed as in Standard Webhooks 1.0. */
    post: operations['events.run.started'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  'run.verified': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sent to endpoints that want it, signed as in Standard Webhooks 1.0. */
    post: operations['events.run.verified'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  'run.checkpointed': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sent to endpoints that want it, signed as in Standard Webhooks 1.0. */
    post: operations['events.run.checkpointed'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  'run.restarting': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sent to endpoints that want it, signed as in Standard Webhooks 1.0. */
    post: operations['events.run.restarting'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  'run.succeeded': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sent to endpoints that want it, signed as in Standard Webhooks 1.0. */
    post: operations['events.run.succeeded'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  'run.failed': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sent to endpoints that want it, signed as in Standard Webhooks 1.0. */
    post: operations['events.run.failed'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  'run.canceling': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sent to endpoints that want it, signed as in Standard Webhooks 1.0. */
    post: operations['events.run.canceling'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  'run.canceled': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sent to endpoints that want it, signed as in Standard Webhooks 1.0. */
    post: operations['events.run.canceled'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  'evaluation.queued': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sent to endpoints that want it, signed as in Standard Webhooks 1.0. */
    post: operations['events.evaluation.queued'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  'evaluation.started': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sent to endpoints that want it, signed as in Standard Webhooks 1.0. */
    post: operations['events.evaluation.started'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  'evaluation.scored': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sent to endpoints that want it, signed as in Standard Webhooks 1.0. */
    post: operations['events.evaluation.scored'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  'evaluation.restarting': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sent to endpoints that want it, signed as in Standard Webhooks 1.0. */
    post: operations['events.evaluation.restarting'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  'evaluation.completed': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sent to endpoints that want it, signed as in Standard Webhooks 1.0. */
    post: operations['events.evaluation.completed'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  'evaluation.failed': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sent to endpoints that want it, signed as in Standard Webhooks 1.0. */
    post: operations['events.evaluation.failed'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  'evaluation.canceling': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sent to endpoints that want it, signed as in Standard Webhooks 1.0. */
    post: operations['events.evaluation.canceling'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  'evaluation.canceled': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sent to endpoints that want it, signed as in Standard Webhooks 1.0. */
    post: operations['events.evaluation.canceled'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  'evaluation.regressed': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sent to endpoints that want it, signed as in Standard Webhooks 1.0. */
    post: operations['events.evaluation.regressed'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  'model.created': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sent to endpoints that want it, signed as in Standard Webhooks 1.0. */
    post: operations['events.model.created'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  'model.failed': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sent to endpoints that want it, signed as in Standard Webhooks 1.0. */
    post: operations['events.model.failed'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  'model.deleted': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sent to endpoints that want it, signed as in Standard Webhooks 1.0. */
    post: operations['events.model.deleted'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  'model.alias_set': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sent to endpoints that want it, signed as in Standard Webhooks 1.0. */
    post: operations['events.model.alias_set'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  'model.alias_removed': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sent to endpoints that want it, signed as in Standard Webhooks 1.0. */
    post: operations['events.model.alias_removed'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  'dataset.ready': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sent to endpoints that want it, signed as in Standard Webhooks 1.0. */
    post: operations['events.dataset.ready'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  'dataset.invalid': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sent to endpoints that want it, signed as in Standard Webhooks 1.0. */
    post: operations['events.dataset.invalid'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  'schedule.fired': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sent to endpoints that want it, signed as in Standard Webhooks 1.0. */
    post: operations['events.schedule.fired'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  'schedule.skipped': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sent to endpoints that want it, signed as in Standard Webhooks 1.0. */
    post: operations['events.schedule.skipped'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  'webhook.test': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sent to endpoints that want it, signed as in Standard Webhooks 1.0. */
    post: operations['events.webhook.test'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export interface components {
  schemas: {
    /** @description Body of `PATCH /datasets/:id`: what is left out stays. */
    ChangeDataset: {
      labels?: {
        [key: string]: string;
      };
      description?: string;
    };
    /** @description Body of `POST /models/:id/embeddings`. */
    CreateEmbeddings: {
      images: {
        /**
         * Format: base64
         * @description JPEG or PNG, base64.
         */
        data: string;
        /** @description Left eye, right eye, nose, left and right corner of the mouth, in pixels: the face is aligned by them. */
        landmarks?: [[number, number], [number, number], [number, number], [number, number], [number, number]];
      }[];
      /**
       * @description What to do with an image that is neither of the model's size nor has landmarks.
       * @default refuse
       * @enum {string}
       */
      unaligned?: 'refuse' | 'crop';
      /**
       * @description Add the embedding of the mirrored image.
       * @default true
       */
      flip?: boolean;
      /**
       * @description Scale to length 1.
       * @default true
       */
      normalize?: boolean;
    };
    /** @description Body of `POST /evaluations`. A target may be a name alone: a verification set of `dataset`. Of a folder the output has whole targets only; of a registered data set (`ref`) names are left, which are found where it is looked up. */
    CreateEvaluation: {
      name?: string;
      /** @default {} */
      labels?: {
        [key: string]: string;
      };
      /** @description Default: every verification set of a registered data set. */
      targets?: (
        | string
        | (
            | {
                /** @constant */
                protocol: 'verification';
                name: string;
                path: string;
                images?: string;
              }
            | {
                /** @constant */
                protocol: 'identification';
                name: string;
                probes: string;
                distractors: string;
              }
            | {
                /** @constant */
                protocol: 'templates';
                name: string;
                path: string;
              }
          )
      )[];
      /**
       * @description Add the embedding of the mirrored image.
       * @default true
       */
      flip?: boolean;
      /**
       * @description What to do with an image that is no aligned face of the model's size: templates have landmarks, other images need that size.
       * @default refuse
       * @enum {string}
       */
      unaligned?: 'refuse' | 'crop';
      /**
       * @description Images that are embedded at once.
       * @default 32
       */
      batchSize?: number;
      /**
       * @description Resamples of the intervals; 0: none.
       * @default 1000
       */
      bootstrap?: number;
      /** @default 1 */
      seed?: number;
      /** @default {} */
      ranks?: {
        min?: number;
        /** @default 1 */
        max?: number;
      };
      /**
       * @default auto
       * @enum {string}
       */
      engine?: 'auto' | 'tensorflow' | 'wasm' | 'cpu';
      /** @default {} */
      faults?: {
        /**
         * @description Restarts without a new checkpoint in between before the run fails.
         * @default 3
         */
        maxRestarts?: number;
        /**
         * @description How long ranks may take to stop by themselves after a cancel.
         * @default 30000
         */
        graceMs?: number;
      };
      model:
        | {
            id: string;
          }
        | {
            path: string;
            epoch?: number;
          };
      /** @description Where the verification sets lie that are given by name: a folder, or a registered data set as `name@digest`, name or id. */
      dataset?: string;
      /** @default [] */
      webhooks?: {
        /** Format: uri */
        url: string;
        secret?: string;
        events?: (
          | 'evaluation.queued'
          | 'evaluation.started'
          | 'evaluation.scored'
          | 'evaluation.restarting'
          | 'evaluation.completed'
          | 'evaluation.failed'
          | 'evaluation.canceling'
          | 'evaluation.canceled'
        )[];
      }[];
    };
    /** @description Body of `POST /runs`: a run configuration, and where to send webhooks. */
    CreateRun: {
      name?: string;
      /** @default {} */
      labels?: {
        [key: string]: string;
      };
      dataset: {
        /** @enum {string} */
        kind?: 'faces_emore' | 'image_folder';
        path?: string;
        ref?: string;
        /** @description Size in pixels to which a folder of images is decoded; default 112. A recorded set says its own. */
        height?: number;
        width?: number;
        /**
         * @description Mirror each image with probability 0.5.
         * @default true
         */
        mirror?: boolean;
        /** @default {} */
        augmentation?: {
          /**
           * @description Probability of making an image smaller, to 50 to 79 % of its side, and back. arcface_torch's `dali_aug`: 0.1.
           * @default 0
           */
          resize?: number;
          /**
           * @description Probability of a Gaussian blur over 3 or 5 pixels. `dali_aug`: 0.2.
           * @default 0
           */
          blur?: number;
          /**
           * @description Probability of turning the hue by 0 to 20 degrees and raising the saturation by up to 20 %. `dali_aug`: 0.2.
           * @default 0
           */
          hsv?: number;
          /**
           * @description Probability of taking the colours away. `dali_aug`: 0.1.
           * @default 0
           */
          grey?: number;
          /**
           * @description Probability of a JPEG encoding at a quality of 2 to 20. InsightFace's `data_color` 2: 0.5.
           * @default 0
           */
          jpeg?: number;
          /**
           * @description Brightness, contrast and saturation, in random order, each by a factor of 1 - that to 1 + that. `data_color` 1 and 2: 0.125.
           * @default 0
           */
          colorJitter?: number;
          /**
           * @description Side in pixels of a square at a random place that is filled with 128, with probability 0.5. InsightFace's `data_cutoff`.
           * @default 0
           */
          cutoff?: number;
        };
        /**
         * @description Identities with fewer images are left out; labels stay as they are. InsightFace's `data_images_filter`.
         * @default 0
         */
        minImagesPerIdentity?: number;
        /** @description Threads that decode, per rank. Default: the rank's share of the cores, at most 4. */
        workers?: number;
        /**
         * @description Batches that are decoded ahead of the one that is computed on.
         * @default 2
         */
        prefetch?: number;
      };
      /** @default {} */
      network?: {
        /**
         * @default y1
         * @enum {string}
         */
        name?:
          | 'r18'
          | 'r34'
          | 'r50'
          | 'r50v1'
          | 'r100'
          | 'r200'
          | 'y1'
          | 'y2'
          | 'mbf'
          | 'm1'
          | 'm05'
          | 'mnas'
          | 'mnas05'
          | 'mnas025'
          | 'vargfacenet'
          | 'd169'
          | 'd201'
          | 'tiny';
        /** @description Defaults to the network's own size. */
        embeddingSize?: number;
        /**
         * @description Output layers by InsightFace's code; defaults to the network's own.
         * @enum {string}
         */
        output?: 'E' | 'FC' | 'F' | 'G' | 'H' | 'I' | 'J' | 'Z' | 'GDC' | 'GAP' | 'GNAP' | 'SFC';
        /** @description Drop rate where the output layers have dropout; defaults to the network's own. */
        dropout?: number;
        /**
         * @description Squeeze-and-excitation in the residual units of the r networks.
         * @default false
         */
        squeezeExcitation?: boolean;
        /** @description Factor on pixels less 127.5; defaults to the network's own. 1/127.5 goes on with weights of arcface_torch. */
        pixelScale?: number;
        /** @description Epsilon of every batch norm of an r network or a MobileFaceNet; defaults to the network's own. */
        epsilon?: number;
        /**
         * @description True: the backbone is not trained, only the head is; its batch norms use their running statistics.
         * @default false
         */
        frozen?: boolean;
      };
      /** @default null */
      pretrained?: {
        /** @description Folder of a stored model, or the prefix of its files as InsightFace writes it (`.../model`, or `.../model,1`). */
        path: string;
        /** @description Number in the file name, where the path is a prefix. */
        epoch?: number;
        /**
         * @description True: only the body is taken and the output layers start anew, so that embedding size and output may differ.
         * @default false
         */
        newOutput?: boolean;
      } | null;
      /** @default {} */
      loss?:
        | {
            /**
             * @default arcface
             * @constant
             */
            name?: 'arcface';
            /**
             * @description s: logits are s times the cosine.
             * @default 64
             */
            scale?: number;
            /**
             * @description K of sub-center ArcFace: rows of W per class; the logit is that of the nearest one.
             * @default 1
             */
            subCenters?: number;
            /**
             * @description Cosines of other classes above this count as 0, for noisy labels (arcface_torch's option of that name). null: off.
             * @default null
             */
            interclassFilteringThreshold?: number | null;
            /**
             * @description `exact` is the true derivative of the margin; `straight-through` is what arcface_torch does.
             * @default exact
             * @enum {string}
             */
            gradient?: 'exact' | 'straight-through';
            /**
             * @description m2.
             * @default 0.5
             */
            margin?: number;
          }
        | {
            /** @constant */
            name: 'cosface';
            /**
             * @description s: logits are s times the cosine.
             * @default 64
             */
            scale?: number;
            /**
             * @description K of sub-center ArcFace: rows of W per class; the logit is that of the nearest one.
             * @default 1
             */
            subCenters?: number;
            /**
             * @description Cosines of other classes above this count as 0, for noisy labels (arcface_torch's option of that name). null: off.
             * @default null
             */
            interclassFilteringThreshold?: number | null;
            /**
             * @description `exact` is the true derivative of the margin; `straight-through` is what arcface_torch does.
             * @default exact
             * @enum {string}
             */
            gradient?: 'exact' | 'straight-through';
            /**
             * @description m3.
             * @default 0.35
             */
            margin?: number;
          }
        | {
            /** @constant */
            name: 'combined';
            /**
             * @description s: logits are s times the cosine.
             * @default 64
             */
            scale?: number;
            /**
             * @description K of sub-center ArcFace: rows of W per class; the logit is that of the nearest one.
             * @default 1
             */
            subCenters?: number;
            /**
             * @description Cosines of other classes above this count as 0, for noisy labels (arcface_torch's option of that name). null: off.
             * @default null
             */
            interclassFilteringThreshold?: number | null;
            /**
             * @description `exact` is the true derivative of the margin; `straight-through` is what arcface_torch does.
             * @default exact
             * @enum {string}
             */
            gradient?: 'exact' | 'straight-through';
            /** @default 1 */
            m1?: number;
            /** @default 0.3 */
            m2?: number;
            /** @default 0.2 */
            m3?: number;
          }
        | {
            /** @constant */
            name: 'nsoftmax';
            /**
             * @description s: logits are s times the cosine.
             * @default 64
             */
            scale?: number;
            /**
             * @description K of sub-center ArcFace: rows of W per class; the logit is that of the nearest one.
             * @default 1
             */
            subCenters?: number;
            /**
             * @description Cosines of other classes above this count as 0, for noisy labels (arcface_torch's option of that name). null: off.
             * @default null
             */
            interclassFilteringThreshold?: number | null;
          }
        | {
            /** @constant */
            name: 'softmax';
            /**
             * @description One bias per class, as train.py has it; train_parall never has.
             * @default true
             */
            bias?: boolean;
          }
        | {
            /** @constant */
            name: 'triplet';
            /**
             * @description Images of an identity in a bag, at most.
             * @default 5
             */
            imagesPerIdentity?: number;
            /**
             * @description Images that are embedded before triplets are chosen among them.
             * @default 7200
             */
            bagSize?: number;
            /**
             * @description Pairs of anchor and positive further apart than that are left out; 0: none are.
             * @default 0
             */
            maxAnchorPositiveDistance?: number;
            /**
             * @description Alpha, in squared distance of unit embeddings.
             * @default 0.3
             */
            margin?: number;
          }
        | {
            /** @constant */
            name: 'atriplet';
            /**
             * @description Images of an identity in a bag, at most.
             * @default 5
             */
            imagesPerIdentity?: number;
            /**
             * @description Images that are embedded before triplets are chosen among them.
             * @default 7200
             */
            bagSize?: number;
            /**
             * @description Pairs of anchor and positive further apart than that are left out; 0: none are.
             * @default 0
             */
            maxAnchorPositiveDistance?: number;
            /**
             * @description Alpha, in radians.
             * @default 0.35
             */
            margin?: number;
          };
      /** @default {} */
      classSampling?:
        | {
            /**
             * @default none
             * @constant
             */
            name?: 'none';
          }
        | {
            /** @constant */
            name: 'random';
            /** @default 0.1 */
            rate?: number;
          }
        | {
            /** @constant */
            name: 'nearest';
            /** @default 0.1 */
            rate?: number;
            /** @default 500 */
            refreshSteps?: number;
          };
      /** @default {} */
      optimizer?:
        | {
            /**
             * @default sgd
             * @constant
             */
            name?: 'sgd';
            /** @default 0.1 */
            learningRate?: number;
            /** @default 0.9 */
            momentum?: number;
            /** @default 0.0005 */
            weightDecay?: number;
            /**
             * @description Global norm to which the backbone's gradient is clipped; the head is never clipped. null: no clipping.
             * @default null
             */
            clipNorm?: number | null;
          }
        | {
            /** @constant */
            name: 'adamw';
            /** @default 0.001 */
            learningRate?: number;
            /** @default 0.9 */
            beta1?: number;
            /** @default 0.999 */
            beta2?: number;
            /** @default 1e-8 */
            epsilon?: number;
            /** @default 0.1 */
            weightDecay?: number;
            /**
             * @description Global norm to which the backbone's gradient is clipped; the head is never clipped. null: no clipping.
             * @default null
             */
            clipNorm?: number | null;
          };
      /** @default {} */
      schedule?:
        | {
            /**
             * @default steps
             * @constant
             */
            name?: 'steps';
            /**
             * @description Global steps at which the rate is multiplied by `factor`.
             * @default []
             */
            boundaries?: number[];
            /** @default 0.1 */
            factor?: number;
            /**
             * @description Linear rise over that many steps: step k of w has the rate k / w times the full one.
             * @default 0
             */
            warmupSteps?: number;
            /**
             * @description The same in epochs; the longer of both counts.
             * @default 0
             */
            warmupEpochs?: number;
          }
        | {
            /** @constant */
            name: 'polynomial';
            /** @default 1 */
            power?: number;
            /**
             * @description Linear rise over that many steps: step k of w has the rate k / w times the full one.
             * @default 0
             */
            warmupSteps?: number;
            /**
             * @description The same in epochs; the longer of both counts.
             * @default 0
             */
            warmupEpochs?: number;
          };
      /** @default {} */
      batch?: {
        /**
         * @description Images per step over all ranks and micro-batches; must be divisible by `bnGroupSize` x `accumulationSteps` x ranks.
         * @default 64
         */
        globalBatchSize?: number;
        /**
         * @description Micro-batches into which a rank cuts its share: the same step with less memory.
         * @default 1
         */
        accumulationSteps?: number;
        /** @description Batch norm normalises over fixed groups of that many consecutive samples of the global batch. Default: one micro-batch at ranks.max. */
        bnGroupSize?: number;
      };
      /** @description Length of the run: `maxSteps`, `epochs`, or whichever ends first. */
      maxSteps?: number;
      epochs?: number;
      /** @default null */
      earlyStop?: {
        target: string;
        accuracy: number;
      } | null;
      /** @default 1 */
      seed?: number;
      /** @default {} */
      verification?: {
        /**
         * @description Period in steps (the peers' `verbose`); verification at the end always happens. 0: only then.
         * @default 2000
         */
        everySteps?: number;
        /** @description Default: every verification set in the data set's folder. */
        targets?: string[];
        /**
         * @description Also score the untrained network and raw pixels before the first step.
         * @default false
         */
        baselines?: boolean;
      };
      /** @default {} */
      checkpoint?: {
        /**
         * @description Period in steps; 0: only at a stop.
         * @default 1000
         */
        everySteps?: number;
        /**
         * @description How many accepted checkpoints are kept.
         * @default 2
         */
        keep?: number;
      };
      /** @default {} */
      model?: {
        /**
         * @description `last`: none but the last. `best`: also the one with the best score of the last target, one at a time. `improvements`: every new best one. `all`: one at each verification.
         * @default last
         * @enum {string}
         */
        save?: 'last' | 'best' | 'improvements' | 'all';
        /**
         * @description Decay of an exponential moving average of the backbone, which is then what is verified and stored. null: none.
         * @default null
         */
        emaDecay?: number | null;
      };
      /** @default {} */
      ranks?: {
        min?: number;
        /** @default 1 */
        max?: number;
      };
      /** @default {} */
      communication?: {
        /**
         * @description `redis-streams` works everywhere; `tcp` are connections between workers that can reach each other, for large networks.
         * @default redis-streams
         * @enum {string}
         */
        transport?: 'redis-streams' | 'tcp';
        /**
         * @description Embeddings and their gradients on the wire.
         * @default float32
         * @enum {string}
         */
        features?: 'float32' | 'bfloat16';
        /**
         * @description Gradients of the backbone on the wire.
         * @default float32
         * @enum {string}
         */
        gradients?: 'float32' | 'bfloat16';
      };
      /**
       * @description `auto`: the best engine that the worker has; all ranks of a run use the same one.
       * @default auto
       * @enum {string}
       */
      engine?: 'auto' | 'tensorflow' | 'wasm' | 'cpu';
      /** @default {} */
      faults?: {
        /**
         * @description Restarts without a new checkpoint in between before the run fails.
         * @default 3
         */
        maxRestarts?: number;
        /**
         * @description How long ranks may take to stop by themselves after a cancel.
         * @default 30000
         */
        graceMs?: number;
      };
      /** @default [] */
      webhooks?: {
        /** Format: uri */
        url: string;
        secret?: string;
        events?: (
          | 'run.queued'
          | 'run.started'
          | 'run.verified'
          | 'run.checkpointed'
          | 'run.restarting'
          | 'run.succeeded'
          | 'run.failed'
          | 'run.canceling'
          | 'run.canceled'
        )[];
      }[];
    };
    /** @description The other body of `POST /runs`: a recipe by name, and what is to differ from it. */
    CreateRunFromRecipe: {
      recipe: string;
      /**
       * @description Any part of a run's configuration, merged into the recipe's; null gives a field its default again.
       * @default {}
       */
      overrides?: {
        [key: string]: unknown;
      };
      /** @default [] */
      webhooks?: {
        /** Format: uri */
        url: string;
        secret?: string;
        events?: (
          | 'run.queued'
          | 'run.started'
          | 'run.verified'
          | 'run.checkpointed'
          | 'run.restarting'
          | 'run.succeeded'
          | 'run.failed'
          | 'run.canceling'
          | 'run.canceled'
        )[];
      }[];
    };
    /** @description Answer to `POST /evaluations`; see `createdRunSchema` for the secrets. */
    CreatedEvaluation: {
      id: string;
      name: string | null;
      labels: {
        [key: string]: string;
      };
      /**
       * @description More values may be added.
       * @enum {string}
       */
      status: 'queued' | 'starting' | 'running' | 'succeeded' | 'failed' | 'canceling' | 'canceled';
      reason: string;
      message: string;
      /** @description Failure of the run, if it failed. */
      error: components['schemas']['ErrorReport'] | null;
      generation: number;
      restarts: number;
      worldSize: number | null;
      engine: string | null;
      /** Format: date-time */
      createdAt: string;
      /** Format: date-time */
      admittedAt: string | null;
      /** Format: date-time */
      startedAt: string | null;
      /** Format: date-time */
      finishedAt: string | null;
      transitions: components['schemas']['Transition'][];
      /** @description Targets scored by the live generation, and all that were asked for. */
      step: number;
      totalSteps: number;
      /** @description The model that was asked for; `id` is null for files that the API does not know. */
      model: {
        id: string | null;
        /** @description Absolute, or relative to the storage root (a model of ours). */
        path: string;
        epoch?: number;
      };
      /** @description What the worker found there; null until it has opened it. */
      openedModel: components['schemas']['EvaluatedModel'] | null;
      /** @description Without curves; in the order of the configuration. */
      scores: {
        target: string;
        generation: number;
        /** Format: date-time */
        at: string;
        scores: components['schemas']['ScoreSummary'];
      }[];
      config: {
        [key: string]: unknown;
      };
      urls: {
        self: string;
        cancel: string;
        events: string;
        scores: string;
      };
      webhookSecrets: {
        url: string;
        secret: string;
      }[];
    };
    /** @description Answer to `POST /runs`. */
    CreatedRun: {
      id: string;
      name: string | null;
      labels: {
        [key: string]: string;
      };
      /**
       * @description More values may be added.
       * @enum {string}
       */
      status: 'queued' | 'starting' | 'running' | 'succeeded' | 'failed' | 'canceling' | 'canceled';
      reason: string;
      message: string;
      /** @description Failure of the run, if it failed. */
      error: components['schemas']['ErrorReport'] | null;
      generation: number;
      restarts: number;
      worldSize: number | null;
      engine: string | null;
      /** Format: date-time */
      createdAt: string;
      /** Format: date-time */
      admittedAt: string | null;
      /** Format: date-time */
      startedAt: string | null;
      /** Format: date-time */
      finishedAt: string | null;
      transitions: components['schemas']['Transition'][];
      step: number;
      /** @description Steps of the whole run; null until training starts, since epochs depend on the data set. */
      totalSteps: number | null;
      numClasses: number | null;
      /** @description The resolved configuration. */
      config: {
        [key: string]: unknown;
      };
      checkpoint: {
        step: number;
        generation: number;
        folder: string;
      } | null;
      /** @description The model that the run ended with. */
      model: {
        /** @description Its id in `/models`. */
        id: string;
        /** @description The one that wrote it. */
        generation: number;
        step: number;
        /** @description Relative to the storage root. */
        folder: string;
        files: {
          path: string;
          sizeBytes: number;
          sha256: string;
        }[];
        /** @description Mean accuracy on each verification target. */
        accuracies: {
          target: string;
          accuracy: number;
        }[];
        /** @description No model before it scored better. */
        isBest: boolean;
        isLast: boolean;
      } | null;
      /** @description All stored models, that one included, oldest first; those of steps that a restart threw away are not listed. */
      models: {
        /** @description Its id in `/models`. */
        id: string;
        /** @description The one that wrote it. */
        generation: number;
        step: number;
        /** @description Relative to the storage root. */
        folder: string;
        files: {
          path: string;
          sizeBytes: number;
          sha256: string;
        }[];
        /** @description Mean accuracy on each verification target. */
        accuracies: {
          target: string;
          accuracy: number;
        }[];
        /** @description No model before it scored better. */
        isBest: boolean;
        isLast: boolean;
      }[];
      urls: {
        self: string;
        cancel: string;
        events: string;
        metrics: string;
      };
      /** @description Secrets that were made because the request brought none. They are shown here only; a replayed answer shows none. */
      webhookSecrets: {
        url: string;
        secret: string;
      }[];
    };
    Dataset: {
      id: string;
      name: string;
      /** @description `name@digest`: what a run pins; null until it is known. */
      ref: string | null;
      /**
       * @description More values may be added.
       * @enum {string}
       */
      state: 'validating' | 'ready' | 'invalid' | 'failed' | 'duplicate';
      path: string;
      /**
       * @description More values may be added.
       * @enum {string}
       */
      kind: 'faces_emore' | 'image_folder';
      decode: boolean;
      labels: {
        [key: string]: string;
      };
      description: string;
      /** @description What the validation found; null: not yet, or nothing that could be used. */
      facts: {
        images: number;
        identities: number;
        width: number;
        height: number;
        imageBytes: number;
        perIdentity: {
          min: number;
          median: number;
          max: number;
          empty: number;
        };
        /** @description Verification sets inside, by name. */
        targets: {
          [key: string]: {
            pairs: number;
            same: number;
          };
        };
        /** @description SHA-256 over the image records in the order of their keys: what `data inspect` prints. */
        digest: string;
        /** @description SHA-256 over `files`: cheap enough for every start of a run to notice that files have changed. */
        fingerprint: string;
        files: {
          /** @description Of the file; `images` of a folder of identities: all its images. */
          name: string;
          sizeBytes: number;
          /** @description Of `property` and `train.idx` their bytes, of `images` their names and sizes; null: only the size is compared. */
          sha256: string | null;
        }[];
      } | null;
      digest: string | null;
      /** @description What is broken, the first 100 (3 in a list); of a validation that failed, why. */
      problems: {
        where: string;
        message: string;
      }[];
      numProblems: number;
      /** @description Id of the version that has the same images under this name. */
      duplicateOf: string | null;
      /** @description Its last validation. */
      taskId: string;
      /** @description Changes with each edit; the ETag. */
      revision: number;
      /** Format: date-time */
      createdAt: string;
      /** Format: date-time */
      validatedAt: string | null;
      urls: {
        self: string;
        task: string;
      };
    };
    /** @description Answer to `GET /datasets/:ref`. */
    DatasetDetails: {
      id: string;
      name: string;
      /** @description `name@digest`: what a run pins; null until it is known. */
      ref: string | null;
      /**
       * @description More values may be added.
       * @enum {string}
       */
      state: 'validating' | 'ready' | 'invalid' | 'failed' | 'duplicate';
      path: string;
      /**
       * @description More values may be added.
       * @enum {string}
       */
      kind: 'faces_emore' | 'image_folder';
      decode: boolean;
      labels: {
        [key: string]: string;
      };
      description: string;
      /** @description What the validation found; null: not yet, or nothing that could be used. */
      facts: {
        images: number;
        identities: number;
        width: number;
        height: number;
        imageBytes: number;
        perIdentity: {
          min: number;
          median: number;
          max: number;
          empty: number;
        };
        /** @description Verification sets inside, by name. */
        targets: {
          [key: string]: {
            pairs: number;
            same: number;
          };
        };
        /** @description SHA-256 over the image records in the order of their keys: what `data inspect` prints. */
        digest: string;
        /** @description SHA-256 over `files`: cheap enough for every start of a run to notice that files have changed. */
        fingerprint: string;
        files: {
          /** @description Of the file; `images` of a folder of identities: all its images. */
          name: string;
          sizeBytes: number;
          /** @description Of `property` and `train.idx` their bytes, of `images` their names and sizes; null: only the size is compared. */
          sha256: string | null;
        }[];
      } | null;
      digest: string | null;
      /** @description What is broken, the first 100 (3 in a list); of a validation that failed, why. */
      problems: {
        where: string;
        message: string;
      }[];
      numProblems: number;
      /** @description Id of the version that has the same images under this name. */
      duplicateOf: string | null;
      /** @description Its last validation. */
      taskId: string;
      /** @description Changes with each edit; the ETag. */
      revision: number;
      /** Format: date-time */
      createdAt: string;
      /** Format: date-time */
      validatedAt: string | null;
      urls: {
        self: string;
        task: string;
      };
      /** @description Trainings and evaluations that referred to it, the newest 20. */
      runs: {
        id: string;
        /**
         * @description More values may be added.
         * @enum {string}
         */
        kind: 'training' | 'evaluation';
        /**
         * @description More values may be added.
         * @enum {string}
         */
        status: 'queued' | 'starting' | 'running' | 'succeeded' | 'failed' | 'canceling' | 'canceled';
        /** Format: date-time */
        createdAt: string;
      }[];
    };
    /** @description Answer to `GET /datasets`: newest first. */
    DatasetList: {
      datasets: components['schemas']['Dataset'][];
      next: string | null;
    };
    /** @description Answer to `GET /runs/:id/deliveries`: the webhook log of a run, oldest first. */
    DeliveryList: {
      deliveries: {
        /** @description `webhook-id` of every attempt. */
        id: string;
        eventType: string;
        url: string;
        /**
         * @description More values may be added.
         * @enum {string}
         */
        state: 'pending' | 'delivered' | 'failed';
        attempts: number;
        lastStatus: number | null;
        lastError: string | null;
        /** Format: date-time */
        createdAt: string;
        /** Format: date-time */
        nextAttemptAt: string | null;
        /** Format: date-time */
        deliveredAt: string | null;
      }[];
    };
    /** @description A request for embeddings. The images are not shown, and all of it goes an hour after its end. */
    EmbeddingRequest: {
      id: string;
      name: string | null;
      labels: {
        [key: string]: string;
      };
      /**
       * @description More values may be added.
       * @enum {string}
       */
      status: 'queued' | 'starting' | 'running' | 'succeeded' | 'failed' | 'canceling' | 'canceled';
      reason: string;
      message: string;
      /** @description Failure of the run, if it failed. */
      error: components['schemas']['ErrorReport'] | null;
      generation: number;
      restarts: number;
      worldSize: number | null;
      engine: string | null;
      /** Format: date-time */
      createdAt: string;
      /** Format: date-time */
      admittedAt: string | null;
      /** Format: date-time */
      startedAt: string | null;
      /** Format: date-time */
      finishedAt: string | null;
      transitions: components['schemas']['Transition'][];
      model: {
        id: string | null;
        /** @description Absolute, or relative to the storage root (a model of ours). */
        path: string;
        epoch?: number;
      };
      /** @description null until it succeeded. */
      result: {
        model: {
          id: string | null;
          /**
           * @description More values may be added.
           * @enum {string}
           */
          format: 'arcfleet' | 'mxnet' | 'torch' | 'onnx';
          network: string | null;
          embeddingSize: number;
          height: number;
          width: number;
          sha256: string;
          engine: string;
        };
        embeddings: number[][];
        warnings: string[];
      } | null;
      /**
       * Format: date-time
       * @description When the request and its vectors are deleted; null while it runs.
       */
      expiresAt: string | null;
      urls: {
        self: string;
        cancel: string;
      };
    };
    /** @description Answer to `POST /models/:id/embeddings` once they are there. */
    Embeddings: {
      id: string;
      model: {
        id: string | null;
        /**
         * @description More values may be added.
         * @enum {string}
         */
        format: 'arcfleet' | 'mxnet' | 'torch' | 'onnx';
        network: string | null;
        embeddingSize: number;
        height: number;
        width: number;
        sha256: string;
        engine: string;
      };
      embeddings: number[][];
      warnings: string[];
    };
    ErrorReport: {
      code: string;
      message: string;
      details?: {
        [key: string]: unknown;
      };
    };
    /** @description The model as the worker opened it. */
    EvaluatedModel: {
      /**
       * @description More values may be added.
       * @enum {string}
       */
      format: 'arcfleet' | 'mxnet' | 'torch' | 'onnx';
      network: string | null;
      embeddingSize: number;
      height: number;
      width: number;
      sha256: string;
      engine: string;
    };
    /** @description An evaluation as the API shows it: a run whose steps are targets. */
    Evaluation: {
      id: string;
      name: string | null;
      labels: {
        [key: string]: string;
      };
      /**
       * @description More values may be added.
       * @enum {string}
       */
      status: 'queued' | 'starting' | 'running' | 'succeeded' | 'failed' | 'canceling' | 'canceled';
      reason: string;
      message: string;
      /** @description Failure of the run, if it failed. */
      error: components['schemas']['ErrorReport'] | null;
      generation: number;
      restarts: number;
      worldSize: number | null;
      engine: string | null;
      /** Format: date-time */
      createdAt: string;
      /** Format: date-time */
      admittedAt: string | null;
      /** Format: date-time */
      startedAt: string | null;
      /** Format: date-time */
      finishedAt: string | null;
      transitions: components['schemas']['Transition'][];
      /** @description Targets scored by the live generation, and all that were asked for. */
      step: number;
      totalSteps: number;
      /** @description The model that was asked for; `id` is null for files that the API does not know. */
      model: {
        id: string | null;
        /** @description Absolute, or relative to the storage root (a model of ours). */
        path: string;
        epoch?: number;
      };
      /** @description What the worker found there; null until it has opened it. */
      openedModel: components['schemas']['EvaluatedModel'] | null;
      /** @description Without curves; in the order of the configuration. */
      scores: {
        target: string;
        generation: number;
        /** Format: date-time */
        at: string;
        scores: components['schemas']['ScoreSummary'];
      }[];
      config: {
        [key: string]: unknown;
      };
      urls: {
        self: string;
        cancel: string;
        events: string;
        scores: string;
      };
    };
    /** @description Answer to `GET /evaluations`: newest first. */
    EvaluationList: {
      evaluations: components['schemas']['Evaluation'][];
      next: string | null;
    };
    /** @description Answer to `GET /evaluations/:id/scores`: with the points of the ROC curves and the histograms. */
    EvaluationScores: {
      model: components['schemas']['EvaluatedModel'] | null;
      scores: {
        target: string;
        generation: number;
        /** Format: date-time */
        at: string;
        scores:
          | {
              /** @constant */
              protocol: 'verification';
              numPairs: number;
              /** @description Mean and population standard deviation over the folds. */
              accuracy: number;
              std: number;
              /** @description Mean over the folds of the threshold on squared L2 distance. */
              threshold: number;
              /** @description Mean L2 norm of the raw embeddings (original and mirrored). */
              xnorm: number;
              /** @description Keyed by FAR as text, for example "0.001". */
              tarAtFar: {
                [key: string]: {
                  tar: number;
                  far: number;
                  threshold: number;
                };
              };
              /** @description Of the accuracy, by bootstrap over the pairs; null: not asked for. */
              interval: {
                low: number;
                high: number;
                level: number;
              } | null;
              /** @description Area under the ROC over all pairs. */
              areaUnderRoc: number;
              roc: {
                far: number;
                tar: number;
                similarity: number;
              }[];
              histogram: {
                edges: number[];
                genuine: number[];
                impostor: number[];
              };
            }
          | {
              /** @constant */
              protocol: 'identification';
              numProbes: number;
              numIdentities: number;
              numDistractors: number;
              /** @description Closed-set: the mate is nearer than every distractor. */
              rank1Accuracy: number;
              /** @description Share of probes whose mate is among the first k, k = 1, 2, 5, 10, ... */
              cmc: {
                rank: number;
                rate: number;
              }[];
              tarAtFar: {
                [key: string]: {
                  tar: number;
                  far: number;
                  threshold: number;
                };
              };
              xnorm: number;
            }
          | {
              /** @constant */
              protocol: 'templates';
              numTemplates: number;
              numImages: number;
              numPairs: number;
              tarAtFar: {
                [key: string]: {
                  tar: number;
                  far: number;
                  threshold: number;
                };
              };
              areaUnderRoc: number;
              roc: {
                far: number;
                tar: number;
                similarity: number;
              }[];
              histogram: {
                edges: number[];
                genuine: number[];
                impostor: number[];
              };
              xnorm: number;
            };
      }[];
    };
    Health: {
      /**
       * @description More values may be added.
       * @enum {string}
       */
      status: 'ok' | 'degraded';
      version: string;
      checks: {
        [key: string]: {
          /**
           * @description More values may be added.
           * @enum {string}
           */
          status: 'ok' | 'failed';
          message?: string;
        };
      };
    };
    /** @description Answer to `GET /runs/:id/logs`. */
    LogPage: {
      lines: {
        /** @description Position in the log of the run, from 1. */
        seq: number;
        /** Format: date-time */
        at: string;
        generation: number;
        rank: number;
        /**
         * @description More values may be added.
         * @enum {string}
         */
        level: 'debug' | 'info' | 'warn' | 'error';
        message: string;
        fields: {
          [key: string]: unknown;
        } | null;
      }[];
      /** @description Where the next page is; null: there is no more for now. */
      next: string | null;
    };
    MetricSeries: {
      /** @description Live lineage only: a replayed step supersedes the one that its restart threw away. */
      metrics: {
        name: string;
        points: {
          step: number;
          value: number;
          generation: number;
        }[];
      }[];
      verifications: {
        step: number;
        generation: number;
        /**
         * @description More values may be added.
         * @enum {string}
         */
        subject: 'model' | 'pixels';
        target: string;
        scores: components['schemas']['VerificationScores'];
      }[];
    };
    /** @description Answer to `GET /models/:id`: where it comes from and what it scored. */
    Model: {
      /** @description Its id in `/models`. */
      id: string;
      /** @description The one that wrote it. */
      generation: number;
      step: number;
      /** @description Relative to the storage root. */
      folder: string;
      files: {
        path: string;
        sizeBytes: number;
        sha256: string;
      }[];
      /** @description Mean accuracy on each verification target. */
      accuracies: {
        target: string;
        accuracy: number;
      }[];
      /** @description No model before it scored better. */
      isBest: boolean;
      isLast: boolean;
      /** @description Run that trained it. */
      runId: string;
      network: string;
      embeddingSize: number;
      /** Format: date-time */
      createdAt: string;
      urls: {
        self: string;
        run: string;
        embeddings: string;
      };
      run: {
        id: string;
        name: string | null;
        /**
         * @description More values may be added.
         * @enum {string}
         */
        status: 'queued' | 'starting' | 'running' | 'succeeded' | 'failed' | 'canceling' | 'canceled';
        /** @description SHA-256 of the stored configuration without name and labels: equal ones trained with the same settings. */
        configDigest: string;
      };
      /** @description Verifications of its run at its step. */
      verifications: {
        target: string;
        scores: components['schemas']['VerificationScores'];
      }[];
      /** @description Evaluations of it, newest first; at most 100. */
      evaluations: {
        id: string;
        /**
         * @description More values may be added.
         * @enum {string}
         */
        status: 'queued' | 'starting' | 'running' | 'succeeded' | 'failed' | 'canceling' | 'canceled';
        /** Format: date-time */
        createdAt: string;
        scores: {
          target: string;
          scores: components['schemas']['ScoreSummary'];
        }[];
      }[];
    };
    /** @description Answer to `GET /models`: newest first. */
    ModelList: {
      models: {
        /** @description Its id in `/models`. */
        id: string;
        /** @description The one that wrote it. */
        generation: number;
        step: number;
        /** @description Relative to the storage root. */
        folder: string;
        files: {
          path: string;
          sizeBytes: number;
          sha256: string;
        }[];
        /** @description Mean accuracy on each verification target. */
        accuracies: {
          target: string;
          accuracy: number;
        }[];
        /** @description No model before it scored better. */
        isBest: boolean;
        isLast: boolean;
        /** @description Run that trained it. */
        runId: string;
        network: string;
        embeddingSize: number;
        /** Format: date-time */
        createdAt: string;
        urls: {
          self: string;
          run: string;
          embeddings: string;
        };
      }[];
      next: string | null;
    };
    /** @description RFC 9457 problem details. */
    Problem: {
      type: string;
      title: string;
      status: number;
      detail: string;
      code: string;
      instance: string;
      /** @description One entry per wrong field: JSON pointer and message. */
      errors?: {
        pointer: string;
        message: string;
      }[];
    };
    /** @description A recipe as the API shows it. */
    Recipe: {
      name: string;
      description: string;
      /** @description The data set that the numbers were reached on. Another one may be given; its classes are read from it. */
      dataset: {
        name: string;
        folder: string;
        numClasses: number;
        numImages: number;
      };
      /** @description What others published and this recipe aims at; percent unless the metric says otherwise. */
      published: {
        set: string;
        metric: string;
        value: number;
      }[];
      /** @description What the numbers were measured with, where it differs from the recipe. */
      publishedNote: string | null;
      source: {
        title: string;
        url: string | null;
      };
      /** @description Fields that a run must add. */
      requires: ('dataset.path' | 'pretrained')[];
      /** @description The configuration with every default filled in, but for what it requires. */
      config: {
        [key: string]: unknown;
      };
    };
    RecipeList: {
      recipes: components['schemas']['Recipe'][];
    };
    /** @description Body of `POST /datasets`. */
    RegisterDataset: {
      name: string;
      /** @description The folder as the workers see it. */
      path: string;
      /**
       * @default faces_emore
       * @enum {string}
       */
      kind?: 'faces_emore' | 'image_folder';
      /**
       * @description False: images are read but not decoded, which takes most of the time.
       * @default true
       */
      decode?: boolean;
      /** @default {} */
      labels?: {
        [key: string]: string;
      };
      /** @default  */
      description?: string;
    };
    Run: {
      id: string;
      name: string | null;
      labels: {
        [key: string]: string;
      };
      /**
       * @description More values may be added.
       * @enum {string}
       */
      status: 'queued' | 'starting' | 'running' | 'succeeded' | 'failed' | 'canceling' | 'canceled';
      reason: string;
      message: string;
      /** @description Failure of the run, if it failed. */
      error: components['schemas']['ErrorReport'] | null;
      generation: number;
      restarts: number;
      worldSize: number | null;
      engine: string | null;
      /** Format: date-time */
      createdAt: string;
      /** Format: date-time */
      admittedAt: string | null;
      /** Format: date-time */
      startedAt: string | null;
      /** Format: date-time */
      finishedAt: string | null;
      transitions: components['schemas']['Transition'][];
      step: number;
      /** @description Steps of the whole run; null until training starts, since epochs depend on the data set. */
      totalSteps: number | null;
      numClasses: number | null;
      /** @description The resolved configuration. */
      config: {
        [key: string]: unknown;
      };
      checkpoint: {
        step: number;
        generation: number;
        folder: string;
      } | null;
      /** @description The model that the run ended with. */
      model: {
        /** @description Its id in `/models`. */
        id: string;
        /** @description The one that wrote it. */
        generation: number;
        step: number;
        /** @description Relative to the storage root. */
        folder: string;
        files: {
          path: string;
          sizeBytes: number;
          sha256: string;
        }[];
        /** @description Mean accuracy on each verification target. */
        accuracies: {
          target: string;
          accuracy: number;
        }[];
        /** @description No model before it scored better. */
        isBest: boolean;
        isLast: boolean;
      } | null;
      /** @description All stored models, that one included, oldest first; those of steps that a restart threw away are not listed. */
      models: {
        /** @description Its id in `/models`. */
        id: string;
        /** @description The one that wrote it. */
        generation: number;
        step: number;
        /** @description Relative to the storage root. */
        folder: string;
        files: {
          path: string;
          sizeBytes: number;
          sha256: string;
        }[];
        /** @description Mean accuracy on each verification target. */
        accuracies: {
          target: string;
          accuracy: number;
        }[];
        /** @description No model before it scored better. */
        isBest: boolean;
        isLast: boolean;
      }[];
      urls: {
        self: string;
        cancel: string;
        events: string;
        metrics: string;
      };
    };
    /** @description Answer to `GET /runs`: newest first. */
    RunList: {
      runs: components['schemas']['Run'][];
      /** @description Where the next page is; null: this is the last one. */
      next: string | null;
    };
    ScoreSummary:
      | {
          /** @constant */
          protocol: 'verification';
          numPairs: number;
          /** @description Mean and population standard deviation over the folds. */
          accuracy: number;
          std: number;
          /** @description Mean over the folds of the threshold on squared L2 distance. */
          threshold: number;
          /** @description Mean L2 norm of the raw embeddings (original and mirrored). */
          xnorm: number;
          /** @description Keyed by FAR as text, for example "0.001". */
          tarAtFar: {
            [key: string]: {
              tar: number;
              far: number;
              threshold: number;
            };
          };
          /** @description Of the accuracy, by bootstrap over the pairs; null: not asked for. */
          interval: {
            low: number;
            high: number;
            level: number;
          } | null;
          /** @description Area under the ROC over all pairs. */
          areaUnderRoc: number;
        }
      | {
          /** @constant */
          protocol: 'identification';
          numProbes: number;
          numIdentities: number;
          numDistractors: number;
          /** @description Closed-set: the mate is nearer than every distractor. */
          rank1Accuracy: number;
          /** @description Share of probes whose mate is among the first k, k = 1, 2, 5, 10, ... */
          cmc: {
            rank: number;
            rate: number;
          }[];
          tarAtFar: {
            [key: string]: {
              tar: number;
              far: number;
              threshold: number;
            };
          };
          xnorm: number;
        }
      | {
          /** @constant */
          protocol: 'templates';
          numTemplates: number;
          numImages: number;
          numPairs: number;
          tarAtFar: {
            [key: string]: {
              tar: number;
              far: number;
              threshold: number;
            };
          };
          areaUnderRoc: number;
          xnorm: number;
        };
    /** @description Answer to `GET /tasks/:id`. */
    Task: {
      id: string;
      name: string | null;
      labels: {
        [key: string]: string;
      };
      /**
       * @description More values may be added.
       * @enum {string}
       */
      status: 'queued' | 'starting' | 'running' | 'succeeded' | 'failed' | 'canceling' | 'canceled';
      reason: string;
      message: string;
      /** @description Failure of the run, if it failed. */
      error: components['schemas']['ErrorReport'] | null;
      generation: number;
      restarts: number;
      worldSize: number | null;
      engine: string | null;
      /** Format: date-time */
      createdAt: string;
      /** Format: date-time */
      admittedAt: string | null;
      /** Format: date-time */
      startedAt: string | null;
      /** Format: date-time */
      finishedAt: string | null;
      transitions: components['schemas']['Transition'][];
      /** @description How far it is: images of a data set. */
      step: number;
      totalSteps: number;
      work:
        | {
            /** @constant */
            task: 'dataset.validate';
            /** @description `dts_...`: the version of the data set that waits. */
            datasetId: string;
            path: string;
            /**
             * @description More values may be added.
             * @enum {string}
             */
            kind: 'faces_emore' | 'image_folder';
            /** @description True: every image is decoded, not only read. */
            decode: boolean;
          }
        | {
            /** @constant */
            task: 'model.import';
            /** @description `mdl_...`: the model that waits. */
            modelId: string;
            /** @description Files as the workers see them. */
            path: string;
            epoch?: number;
            /** @description Where the copy goes, relative to the storage root. */
            folder: string;
          }
        | {
            /** @constant */
            task: 'model.export';
            modelId: string;
            /** @description The stored model, relative to the storage root. */
            folder: string;
            /**
             * @description More values may be added.
             * @enum {string}
             */
            format: 'safetensors' | 'onnx' | 'mxnet';
            /** @description Where the files go, relative to the storage root. */
            to: string;
          };
      result:
        | (
            | {
                /** @constant */
                task: 'dataset.validate';
                facts: {
                  images: number;
                  identities: number;
                  width: number;
                  height: number;
                  imageBytes: number;
                  perIdentity: {
                    min: number;
                    median: number;
                    max: number;
                    empty: number;
                  };
                  targets: {
                    [key: string]: {
                      pairs: number;
                      same: number;
                    };
                  };
                  digest: string;
                  fingerprint: string;
                  files: {
                    name: string;
                    sizeBytes: number;
                    sha256: string | null;
                  }[];
                } | null;
                numProblems: number;
                problems: {
                  where: string;
                  message: string;
                }[];
              }
            | {
                /** @constant */
                task: 'model.import';
                network: string | null;
                embeddingSize: number;
                format: string;
                files: {
                  path: string;
                  sizeBytes: number;
                  sha256: string;
                }[];
              }
            | {
                /** @constant */
                task: 'model.export';
                files: {
                  path: string;
                  sizeBytes: number;
                  sha256: string;
                }[];
              }
          )
        | null;
      urls: {
        self: string;
        cancel: string;
        events: string;
      };
    };
    /** @description Answer to `GET /tasks`: newest first. */
    TaskList: {
      tasks: components['schemas']['Task'][];
      next: string | null;
    };
    Transition: {
      /**
       * @description More values may be added.
       * @enum {string}
       */
      status: 'queued' | 'starting' | 'running' | 'succeeded' | 'failed' | 'canceling' | 'canceled';
      /** @description Machine-readable cause, for example `admitted`, `peer_lost`, `non_finite`, `canceled_by_user`. New values may appear. */
      reason: string;
      message: string;
      generation: number;
      /** Format: date-time */
      at: string;
    };
    /** @description Scores of one verification set by the 10-fold protocol. */
    VerificationScores: {
      numPairs: number;
      /** @description Mean and population standard deviation over the folds. */
      accuracy: number;
      std: number;
      /** @description Mean over the folds of the threshold on squared L2 distance. */
      threshold: number;
      /** @description Mean L2 norm of the raw embeddings (original and mirrored). */
      xnorm: number;
      /** @description Keyed by FAR as text, for example "0.001". */
      tarAtFar: {
        [key: string]: {
          tar: number;
          far: number;
          threshold: number;
        };
      };
    };
    Worker: {
      id: string;
      host: string;
      version: string;
      /** @description The one that it was told to use; `auto`: the best one it has. */
      engine: string;
      /**
       * @description More values may be added.
       * @enum {string}
       */
      state: 'live' | 'draining' | 'left' | 'lost';
      slots: number;
      busy: {
        slot: number;
        runId: string;
        generation: number;
        rank: number;
        /** @description `starting`, `rendezvous`, `training`, ...; new values may appear. */
        phase: string;
        step: number | null;
      }[];
      /** Format: date-time */
      startedAt: string;
      /** Format: date-time */
      lastSeenAt: string;
      /** Format: date-time */
      drainRequestedAt: string | null;
      /** @description Ranks that failed on it in the last hour: many of them are a crash loop, none and a young worker a cold start. */
      failedRanksLastHour: number;
      urls: {
        self: string;
        drain: string;
      };
    };
    /** @description Answer to `GET /workers`: those that started last come first. */
    WorkerList: {
      workers: components['schemas']['Worker'][];
      /** @description Where the next page is; null: this is the last one. */
      next: string | null;
    };
  };
  responses: {
    /** @description Any other problem; see `code`. */
    AnyProblem: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        /**
         * @example {
         *       "type": "urn:arcfleet:problem:internal",
         *       "title": "An unexpected error",
         *       "status": 500,
         *       "detail": "An unexpected error.",
         *       "code": "internal",
         *       "instance": "/runs"
         *     }
         */
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description It is in another state, or a request with this Idempotency-Key is still running (then with Retry-After). */
    Conflict: {
      headers: {
        /** @description Seconds to wait */
        'Retry-After'?: string;
        [name: string]: unknown;
      };
      content: {
        /**
         * @example {
         *       "type": "urn:arcfleet:problem:conflict",
         *       "title": "The resource is in another state",
         *       "status": 409,
         *       "detail": "The run has ended.",
         *       "code": "conflict",
         *       "instance": "/runs"
         *     }
         */
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description An error that is not the client’s. */
    Failed: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        /**
         * @example {
         *       "type": "urn:arcfleet:problem:internal",
         *       "title": "An unexpected error",
         *       "status": 500,
         *       "detail": "An unexpected error.",
         *       "code": "internal",
         *       "instance": "/runs"
         *     }
         */
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description The key lacks the scope of this operation. */
    Forbidden: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        /**
         * @example {
         *       "type": "urn:arcfleet:problem:forbidden",
         *       "title": "The key may not do this",
         *       "status": 403,
         *       "detail": "The key has no grant for runs:write.",
         *       "code": "forbidden",
         *       "instance": "/runs"
         *     }
         */
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description A field is wrong, alone or beside another; `errors` names each. */
    Invalid: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        /**
         * @example {
         *       "type": "urn:arcfleet:problem:validation_failed",
         *       "title": "The request does not fit its schema",
         *       "status": 422,
         *       "detail": "/maxSteps: Too small: expected number to be >=1",
         *       "code": "validation_failed",
         *       "instance": "/runs",
         *       "errors": [
         *         {
         *           "pointer": "/maxSteps",
         *           "message": "Too small: expected number to be >=1"
         *         }
         *       ]
         *     }
         */
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description The body is no JSON, or a header has no meaning. */
    Malformed: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        /**
         * @example {
         *       "type": "urn:arcfleet:problem:malformed_body",
         *       "title": "The body could not be read",
         *       "status": 400,
         *       "detail": "The body is not valid JSON.",
         *       "code": "malformed_body",
         *       "instance": "/runs"
         *     }
         */
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description There is no such thing. */
    NotFound: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        /**
         * @example {
         *       "type": "urn:arcfleet:problem:not_found",
         *       "title": "There is no such resource",
         *       "status": 404,
         *       "detail": "There is no run with this id.",
         *       "code": "not_found",
         *       "instance": "/runs"
         *     }
         */
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description The body is not application/json. */
    NotJson: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        /**
         * @example {
         *       "type": "urn:arcfleet:problem:unsupported_media_type",
         *       "title": "The content type is not supported",
         *       "status": 415,
         *       "detail": "The body must be application/json, the request says text/plain.",
         *       "code": "unsupported_media_type",
         *       "instance": "/runs"
         *     }
         */
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description It has changed since the ETag in If-Match. */
    PreconditionFailed: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        /**
         * @example {
         *       "type": "urn:arcfleet:problem:precondition_failed",
         *       "title": "The resource has changed",
         *       "status": 412,
         *       "detail": "The resource has changed: its ETag is \"3\", If-Match says \"2\". Read it again, then decide.",
         *       "code": "precondition_failed",
         *       "instance": "/runs"
         *     }
         */
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description More requests than the key may send. */
    RateLimited: {
      headers: {
        /** @description Seconds to wait */
        'Retry-After'?: string;
        [name: string]: unknown;
      };
      content: {
        /**
         * @example {
         *       "type": "urn:arcfleet:problem:rate_limited",
         *       "title": "Too many requests",
         *       "status": 429,
         *       "detail": "Try again in 2 s.",
         *       "code": "rate_limited",
         *       "instance": "/runs"
         *     }
         */
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description The body is too large. */
    TooLarge: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        /**
         * @example {
         *       "type": "urn:arcfleet:problem:payload_too_large",
         *       "title": "The body is too large",
         *       "status": 413,
         *       "detail": "The body is larger than 256 kB.",
         *       "code": "payload_too_large",
         *       "instance": "/runs"
         *     }
         */
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description No key, or none that is valid. */
    Unauthorized: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        /**
         * @example {
         *       "type": "urn:arcfleet:problem:unauthorized",
         *       "title": "The request carries no valid key",
         *       "status": 401,
         *       "detail": "No key was given.",
         *       "code": "unauthorized",
         *       "instance": "/runs"
         *     }
         */
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description A part of the system cannot be reached, or too much is being served. */
    Unavailable: {
      headers: {
        /** @description Seconds to wait */
        'Retry-After'?: string;
        [name: string]: unknown;
      };
      content: {
        /**
         * @example {
         *       "type": "urn:arcfleet:problem:unavailable",
         *       "title": "A part of the system cannot be reached",
         *       "status": 503,
         *       "detail": "The database cannot be reached; try again.",
         *       "code": "unavailable",
         *       "instance": "/runs"
         *     }
         */
        'application/problem+json': components['schemas']['Problem'];
      };
    };
  };
  parameters: {
    /** @description Repeats with the same key and body within 24 hours create nothing and get the first answer without its secrets. */
    IdempotencyKey: string;
    /** @description The `ETag` that was seen: the change is refused with 412 when the resource has changed since. */
    IfMatch: string;
    /** @description Go on after this event */
    LastEventID: string;
    /** @description Opaque; part of `next` of the page before */
    cursor: string;
    /** @description Entries per page */
    limit: number;
  };
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
  'runs.list': {
    parameters: {
      query?: {
        /** @description Entries per page */
        limit?: components['parameters']['limit'];
        /** @description Opaque; part of `next` of the page before */
        cursor?: components['parameters']['cursor'];
        /** @description Only these, separated by commas */
        status?: ('queued' | 'starting' | 'running' | 'succeeded' | 'failed' | 'canceling' | 'canceled')[];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RunList'];
        };
      };
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      422: components['responses']['Invalid'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'runs.create': {
    parameters: {
      query?: never;
      header?: {
        /** @description Repeats with the same key and body within 24 hours create nothing and get the first answer without its secrets. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['CreateRun'] | components['schemas']['CreateRunFromRecipe'];
      };
    };
    responses: {
      /** @description Success */
      202: {
        headers: {
          /** @description The run */
          Location?: string;
          /** @description `true` when this is the answer to an earlier request */
          'Idempotent-Replayed'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CreatedRun'];
        };
      };
      400: components['responses']['Malformed'];
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      409: components['responses']['Conflict'];
      413: components['responses']['TooLarge'];
      415: components['responses']['NotJson'];
      422: components['responses']['Invalid'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'runs.get': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Run'];
        };
      };
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'runs.cancel': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Run'];
        };
      };
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      409: components['responses']['Conflict'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'runs.metrics': {
    parameters: {
      query?: {
        /** @description Only these series, separated by commas */
        names?: string[];
        /** @description Most points per series */
        maxPoints?: number;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['MetricSeries'];
        };
      };
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      422: components['responses']['Invalid'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'runs.deliveries': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeliveryList'];
        };
      };
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'runs.events': {
    parameters: {
      query?: {
        /** @description The same as Last-Event-ID, for clients that cannot set the header */
        after?: number;
      };
      header?: {
        /** @description Go on after this event */
        'Last-Event-ID'?: components['parameters']['LastEventID'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/event-stream': string;
        };
      };
      /** @description It has ended and the client has seen all of it */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Malformed'];
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      422: components['responses']['Invalid'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'evaluations.list': {
    parameters: {
      query?: {
        /** @description Entries per page */
        limit?: components['parameters']['limit'];
        /** @description Opaque; part of `next` of the page before */
        cursor?: components['parameters']['cursor'];
        /** @description Only these, separated by commas */
        status?: ('queued' | 'starting' | 'running' | 'succeeded' | 'failed' | 'canceling' | 'canceled')[];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['EvaluationList'];
        };
      };
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      422: components['responses']['Invalid'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'evaluations.create': {
    parameters: {
      query?: never;
      header?: {
        /** @description Repeats with the same key and body within 24 hours create nothing and get the first answer without its secrets. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['CreateEvaluation'];
      };
    };
    responses: {
      /** @description Success */
      202: {
        headers: {
          /** @description The evaluation */
          Location?: string;
          /** @description `true` when this is the answer to an earlier request */
          'Idempotent-Replayed'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CreatedEvaluation'];
        };
      };
      400: components['responses']['Malformed'];
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      409: components['responses']['Conflict'];
      413: components['responses']['TooLarge'];
      415: components['responses']['NotJson'];
      422: components['responses']['Invalid'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'evaluations.get': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Evaluation'];
        };
      };
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'evaluations.scores': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['EvaluationScores'];
        };
      };
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'evaluations.cancel': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Evaluation'];
        };
      };
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      409: components['responses']['Conflict'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'evaluations.events': {
    parameters: {
      query?: {
        /** @description The same as Last-Event-ID, for clients that cannot set the header */
        after?: number;
      };
      header?: {
        /** @description Go on after this event */
        'Last-Event-ID'?: components['parameters']['LastEventID'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/event-stream': string;
        };
      };
      /** @description It has ended and the client has seen all of it */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Malformed'];
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      422: components['responses']['Invalid'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'evaluations.deliveries': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeliveryList'];
        };
      };
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'models.list': {
    parameters: {
      query?: {
        /** @description Entries per page */
        limit?: components['parameters']['limit'];
        /** @description Opaque; part of `next` of the page before */
        cursor?: components['parameters']['cursor'];
        /** @description Only those of this run */
        run?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ModelList'];
        };
      };
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      422: components['responses']['Invalid'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'models.get': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Model'];
        };
      };
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'models.embeddings': {
    parameters: {
      query?: {
        /** @description Seconds to wait for the answer */
        wait?: number;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['CreateEmbeddings'];
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Embeddings'];
        };
      };
      /** @description Not there yet */
      202: {
        headers: {
          /** @description Where they will be */
          Location?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['EmbeddingRequest'];
        };
      };
      400: components['responses']['Malformed'];
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      409: components['responses']['Conflict'];
      413: components['responses']['TooLarge'];
      415: components['responses']['NotJson'];
      422: components['responses']['Invalid'];
      429: components['responses']['RateLimited'];
      500: components['responses']['Failed'];
      503: components['responses']['Unavailable'];
      default: components['responses']['AnyProblem'];
    };
  };
  'embeddings.get': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['EmbeddingRequest'];
        };
      };
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'embeddings.cancel': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['EmbeddingRequest'];
        };
      };
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'datasets.list': {
    parameters: {
      query?: {
        /** @description Entries per page */
        limit?: components['parameters']['limit'];
        /** @description Opaque; part of `next` of the page before */
        cursor?: components['parameters']['cursor'];
        /** @description Only versions of this name */
        name?: string;
        /** @description Only these, separated by commas */
        state?: ('validating' | 'ready' | 'invalid' | 'failed' | 'duplicate')[];
        /** @description Only those with this label, as key=value; repeated: with all of them */
        label?: string[];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DatasetList'];
        };
      };
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      422: components['responses']['Invalid'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'datasets.register': {
    parameters: {
      query?: never;
      header?: {
        /** @description Repeats with the same key and body within 24 hours create nothing and get the first answer without its secrets. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['RegisterDataset'];
      };
    };
    responses: {
      /** @description Success */
      202: {
        headers: {
          /** @description The data set */
          Location?: string;
          /** @description `true` when this is the answer to an earlier request */
          'Idempotent-Replayed'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Dataset'];
        };
      };
      400: components['responses']['Malformed'];
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      409: components['responses']['Conflict'];
      413: components['responses']['TooLarge'];
      415: components['responses']['NotJson'];
      422: components['responses']['Invalid'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'datasets.get': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        ref: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          /** @description Revision of the resource, for If-Match */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DatasetDetails'];
        };
      };
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      409: components['responses']['Conflict'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'datasets.delete': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        ref: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      409: components['responses']['Conflict'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'datasets.update': {
    parameters: {
      query?: never;
      header?: {
        /** @description The `ETag` that was seen: the change is refused with 412 when the resource has changed since. */
        'If-Match'?: components['parameters']['IfMatch'];
      };
      path: {
        ref: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['ChangeDataset'];
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          /** @description Revision of the resource, for If-Match */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Dataset'];
        };
      };
      400: components['responses']['Malformed'];
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      412: components['responses']['PreconditionFailed'];
      413: components['responses']['TooLarge'];
      415: components['responses']['NotJson'];
      422: components['responses']['Invalid'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'datasets.revalidate': {
    parameters: {
      query?: never;
      header?: {
        /** @description Repeats with the same key and body within 24 hours create nothing and get the first answer without its secrets. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path: {
        ref: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      202: {
        headers: {
          /** @description The version that is validated */
          Location?: string;
          /** @description `true` when this is the answer to an earlier request */
          'Idempotent-Replayed'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Dataset'];
        };
      };
      400: components['responses']['Malformed'];
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      409: components['responses']['Conflict'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'tasks.list': {
    parameters: {
      query?: {
        /** @description Entries per page */
        limit?: components['parameters']['limit'];
        /** @description Opaque; part of `next` of the page before */
        cursor?: components['parameters']['cursor'];
        /** @description Only these, separated by commas */
        status?: ('queued' | 'starting' | 'running' | 'succeeded' | 'failed' | 'canceling' | 'canceled')[];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['TaskList'];
        };
      };
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      422: components['responses']['Invalid'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'tasks.get': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Task'];
        };
      };
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'tasks.cancel': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Task'];
        };
      };
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      409: components['responses']['Conflict'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'tasks.events': {
    parameters: {
      query?: {
        /** @description The same as Last-Event-ID, for clients that cannot set the header */
        after?: number;
      };
      header?: {
        /** @description Go on after this event */
        'Last-Event-ID'?: components['parameters']['LastEventID'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/event-stream': string;
        };
      };
      /** @description It has ended and the client has seen all of it */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Malformed'];
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      422: components['responses']['Invalid'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'runs.logs': {
    parameters: {
      query?: {
        /** @description Only these, separated by commas */
        rank?: number[];
        /** @description Only this one */
        generation?: number;
        /** @description This one and what is more important */
        level?: 'debug' | 'info' | 'warn' | 'error';
        /** @description From then on: a time, or how long ago (`30s`, `10m`, `2h`, `1d`) */
        since?: string;
        /** @description What comes first */
        order?: 'oldest' | 'newest';
        /** @description Lines per page */
        limit?: number;
        /** @description Go on after the line with this `seq` */
        cursor?: number;
        /** @description Keep the answer open and send lines as they come: server-sent events, or text if that is accepted */
        follow?: boolean;
      };
      header?: {
        /** @description Go on after this event */
        'Last-Event-ID'?: components['parameters']['LastEventID'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          /** @description The next page (text) */
          Link?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['LogPage'];
          'text/plain': string;
          'text/event-stream': string;
        };
      };
      /** @description It has ended and the client has seen all of it */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Malformed'];
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      422: components['responses']['Invalid'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'evaluations.logs': {
    parameters: {
      query?: {
        /** @description Only these, separated by commas */
        rank?: number[];
        /** @description Only this one */
        generation?: number;
        /** @description This one and what is more important */
        level?: 'debug' | 'info' | 'warn' | 'error';
        /** @description From then on: a time, or how long ago (`30s`, `10m`, `2h`, `1d`) */
        since?: string;
        /** @description What comes first */
        order?: 'oldest' | 'newest';
        /** @description Lines per page */
        limit?: number;
        /** @description Go on after the line with this `seq` */
        cursor?: number;
        /** @description Keep the answer open and send lines as they come: server-sent events, or text if that is accepted */
        follow?: boolean;
      };
      header?: {
        /** @description Go on after this event */
        'Last-Event-ID'?: components['parameters']['LastEventID'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          /** @description The next page (text) */
          Link?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['LogPage'];
          'text/plain': string;
          'text/event-stream': string;
        };
      };
      /** @description It has ended and the client has seen all of it */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Malformed'];
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      422: components['responses']['Invalid'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'tasks.logs': {
    parameters: {
      query?: {
        /** @description Only these, separated by commas */
        rank?: number[];
        /** @description Only this one */
        generation?: number;
        /** @description This one and what is more important */
        level?: 'debug' | 'info' | 'warn' | 'error';
        /** @description From then on: a time, or how long ago (`30s`, `10m`, `2h`, `1d`) */
        since?: string;
        /** @description What comes first */
        order?: 'oldest' | 'newest';
        /** @description Lines per page */
        limit?: number;
        /** @description Go on after the line with this `seq` */
        cursor?: number;
        /** @description Keep the answer open and send lines as they come: server-sent events, or text if that is accepted */
        follow?: boolean;
      };
      header?: {
        /** @description Go on after this event */
        'Last-Event-ID'?: components['parameters']['LastEventID'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          /** @description The next page (text) */
          Link?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['LogPage'];
          'text/plain': string;
          'text/event-stream': string;
        };
      };
      /** @description It has ended and the client has seen all of it */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Malformed'];
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      422: components['responses']['Invalid'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'workers.list': {
    parameters: {
      query?: {
        /** @description Entries per page */
        limit?: components['parameters']['limit'];
        /** @description Opaque; part of `next` of the page before */
        cursor?: string;
        /** @description Only these, separated by commas */
        state?: ('live' | 'draining' | 'left' | 'lost')[];
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['WorkerList'];
        };
      };
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      422: components['responses']['Invalid'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'workers.get': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Worker'];
        };
      };
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'workers.drain': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Worker'];
        };
      };
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      409: components['responses']['Conflict'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'metrics.get': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/plain': string;
        };
      };
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'recipes.list': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RecipeList'];
        };
      };
      default: components['responses']['AnyProblem'];
    };
  };
  'recipes.get': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Recipe'];
        };
      };
      404: components['responses']['NotFound'];
      default: components['responses']['AnyProblem'];
    };
  };
  'health.get': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Health'];
        };
      };
      /** @description It cannot */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Health'];
        };
      };
      default: components['responses']['AnyProblem'];
    };
  };
  'openapi.get': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': Record<string, never>;
        };
      };
      default: components['responses']['AnyProblem'];
    };
  };
  'events.run.queued': {
    parameters: {
      query?: never;
      header: {
        'webhook-id': string;
        'webhook-timestamp': string;
        'webhook-signature': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          /** @constant */
          type: 'run.queued';
          /** Format: date-time */
          timestamp: string;
          data: {
            runId: string;
          };
        };
      };
    };
    responses: {
      /** @description Received. Anything else is tried again; 410 ends all deliveries to the URL. */
      '2XX': {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'events.run.started': {
    parameters: {
      query?: never;
      header: {
        'webhook-id': string;
        'webhook-timestamp': string;
        'webhook-signature': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          /** @constant */
          type: 'run.started';
          /** Format: date-time */
          timestamp: string;
          data: {
            runId: string;
          };
        };
      };
    };
    responses: {
      /** @description Received. Anything else is tried again; 410 ends all deliveries to the URL. */
      '2XX': {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'events.run.verified': {
    parameters: {
      query?: never;
      header: {
        'webhook-id': string;
        'webhook-timestamp': string;
        'webhook-signature': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          /** @constant */
          type: 'run.verified';
          /** Format: date-time */
          timestamp: string;
          data: {
            runId: string;
          };
        };
      };
    };
    responses: {
      /** @description Received. Anything else is tried again; 410 ends all deliveries to the URL. */
      '2XX': {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'events.run.checkpointed': {
    parameters: {
      query?: never;
      header: {
        'webhook-id': string;
        'webhook-timestamp': string;
        'webhook-signature': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          /** @constant */
          type: 'run.checkpointed';
          /** Format: date-time */
          timestamp: string;
          data: {
            runId: string;
          };
        };
      };
    };
    responses: {
      /** @description Received. Anything else is tried again; 410 ends all deliveries to the URL. */
      '2XX': {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'events.run.restarting': {
    parameters: {
      query?: never;
      header: {
        'webhook-id': string;
        'webhook-timestamp': string;
        'webhook-signature': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          /** @constant */
          type: 'run.restarting';
          /** Format: date-time */
          timestamp: string;
          data: {
            runId: string;
          };
        };
      };
    };
    responses: {
      /** @description Received. Anything else is tried again; 410 ends all deliveries to the URL. */
      '2XX': {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'events.run.succeeded': {
    parameters: {
      query?: never;
      header: {
        'webhook-id': string;
        'webhook-timestamp': string;
        'webhook-signature': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          /** @constant */
          type: 'run.succeeded';
          /** Format: date-time */
          timestamp: string;
          data: {
            runId: string;
          };
        };
      };
    };
    responses: {
      /** @description Received. Anything else is tried again; 410 ends all deliveries to the URL. */
      '2XX': {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'events.run.failed': {
    parameters: {
      query?: never;
      header: {
        'webhook-id': string;
        'webhook-timestamp': string;
        'webhook-signature': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          /** @constant */
          type: 'run.failed';
          /** Format: date-time */
          timestamp: string;
          data: {
            runId: string;
          };
        };
      };
    };
    responses: {
      /** @description Received. Anything else is tried again; 410 ends all deliveries to the URL. */
      '2XX': {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'events.run.canceling': {
    parameters: {
      query?: never;
      header: {
        'webhook-id': string;
        'webhook-timestamp': string;
        'webhook-signature': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          /** @constant */
          type: 'run.canceling';
          /** Format: date-time */
          timestamp: string;
          data: {
            runId: string;
          };
        };
      };
    };
    responses: {
      /** @description Received. Anything else is tried again; 410 ends all deliveries to the URL. */
      '2XX': {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'events.run.canceled': {
    parameters: {
      query?: never;
      header: {
        'webhook-id': string;
        'webhook-timestamp': string;
        'webhook-signature': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          /** @constant */
          type: 'run.canceled';
          /** Format: date-time */
          timestamp: string;
          data: {
            runId: string;
          };
        };
      };
    };
    responses: {
      /** @description Received. Anything else is tried again; 410 ends all deliveries to the URL. */
      '2XX': {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'events.evaluation.queued': {
    parameters: {
      query?: never;
      header: {
        'webhook-id': string;
        'webhook-timestamp': string;
        'webhook-signature': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          /** @constant */
          type: 'evaluation.queued';
          /** Format: date-time */
          timestamp: string;
          data: {
            evaluationId: string;
          };
        };
      };
    };
    responses: {
      /** @description Received. Anything else is tried again; 410 ends all deliveries to the URL. */
      '2XX': {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'events.evaluation.started': {
    parameters: {
      query?: never;
      header: {
        'webhook-id': string;
        'webhook-timestamp': string;
        'webhook-signature': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          /** @constant */
          type: 'evaluation.started';
          /** Format: date-time */
          timestamp: string;
          data: {
            evaluationId: string;
          };
        };
      };
    };
    responses: {
      /** @description Received. Anything else is tried again; 410 ends all deliveries to the URL. */
      '2XX': {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'events.evaluation.scored': {
    parameters: {
      query?: never;
      header: {
        'webhook-id': string;
        'webhook-timestamp': string;
        'webhook-signature': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          /** @constant */
          type: 'evaluation.scored';
          /** Format: date-time */
          timestamp: string;
          data: {
            evaluationId: string;
          };
        };
      };
    };
    responses: {
      /** @description Received. Anything else is tried again; 410 ends all deliveries to the URL. */
      '2XX': {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'events.evaluation.restarting': {
    parameters: {
      query?: never;
      header: {
        'webhook-id': string;
        'webhook-timestamp': string;
        'webhook-signature': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          /** @constant */
          type: 'evaluation.restarting';
          /** Format: date-time */
          timestamp: string;
          data: {
            evaluationId: string;
          };
        };
      };
    };
    responses: {
      /** @description Received. Anything else is tried again; 410 ends all deliveries to the URL. */
      '2XX': {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'events.evaluation.completed': {
    parameters: {
      query?: never;
      header: {
        'webhook-id': string;
        'webhook-timestamp': string;
        'webhook-signature': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          /** @constant */
          type: 'evaluation.completed';
          /** Format: date-time */
          timestamp: string;
          data: {
            evaluationId: string;
          };
        };
      };
    };
    responses: {
      /** @description Received. Anything else is tried again; 410 ends all deliveries to the URL. */
      '2XX': {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'events.evaluation.failed': {
    parameters: {
      query?: never;
      header: {
        'webhook-id': string;
        'webhook-timestamp': string;
        'webhook-signature': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          /** @constant */
          type: 'evaluation.failed';
          /** Format: date-time */
          timestamp: string;
          data: {
            evaluationId: string;
          };
        };
      };
    };
    responses: {
      /** @description Received. Anything else is tried again; 410 ends all deliveries to the URL. */
      '2XX': {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'events.evaluation.canceling': {
    parameters: {
      query?: never;
      header: {
        'webhook-id': string;
        'webhook-timestamp': string;
        'webhook-signature': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          /** @constant */
          type: 'evaluation.canceling';
          /** Format: date-time */
          timestamp: string;
          data: {
            evaluationId: string;
          };
        };
      };
    };
    responses: {
      /** @description Received. Anything else is tried again; 410 ends all deliveries to the URL. */
      '2XX': {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'events.evaluation.canceled': {
    parameters: {
      query?: never;
      header: {
        'webhook-id': string;
        'webhook-timestamp': string;
        'webhook-signature': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          /** @constant */
          type: 'evaluation.canceled';
          /** Format: date-time */
          timestamp: string;
          data: {
            evaluationId: string;
          };
        };
      };
    };
    responses: {
      /** @description Received. Anything else is tried again; 410 ends all deliveries to the URL. */
      '2XX': {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'events.evaluation.regressed': {
    parameters: {
      query?: never;
      header: {
        'webhook-id': string;
        'webhook-timestamp': string;
        'webhook-signature': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          /** @constant */
          type: 'evaluation.regressed';
          /** Format: date-time */
          timestamp: string;
          data: {
            evaluationId: string;
          };
        };
      };
    };
    responses: {
      /** @description Received. Anything else is tried again; 410 ends all deliveries to the URL. */
      '2XX': {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'events.model.created': {
    parameters: {
      query?: never;
      header: {
        'webhook-id': string;
        'webhook-timestamp': string;
        'webhook-signature': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          /** @constant */
          type: 'model.created';
          /** Format: date-time */
          timestamp: string;
          data: Record<string, never>;
        };
      };
    };
    responses: {
      /** @description Received. Anything else is tried again; 410 ends all deliveries to the URL. */
      '2XX': {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'events.model.failed': {
    parameters: {
      query?: never;
      header: {
        'webhook-id': string;
        'webhook-timestamp': string;
        'webhook-signature': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          /** @constant */
          type: 'model.failed';
          /** Format: date-time */
          timestamp: string;
          data: Record<string, never>;
        };
      };
    };
    responses: {
      /** @description Received. Anything else is tried again; 410 ends all deliveries to the URL. */
      '2XX': {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'events.model.deleted': {
    parameters: {
      query?: never;
      header: {
        'webhook-id': string;
        'webhook-timestamp': string;
        'webhook-signature': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          /** @constant */
          type: 'model.deleted';
          /** Format: date-time */
          timestamp: string;
          data: Record<string, never>;
        };
      };
    };
    responses: {
      /** @description Received. Anything else is tried again; 410 ends all deliveries to the URL. */
      '2XX': {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'events.model.alias_set': {
    parameters: {
      query?: never;
      header: {
        'webhook-id': string;
        'webhook-timestamp': string;
        'webhook-signature': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          /** @constant */
          type: 'model.alias_set';
          /** Format: date-time */
          timestamp: string;
          data: Record<string, never>;
        };
      };
    };
    responses: {
      /** @description Received. Anything else is tried again; 410 ends all deliveries to the URL. */
      '2XX': {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'events.model.alias_removed': {
    parameters: {
      query?: never;
      header: {
        'webhook-id': string;
        'webhook-timestamp': string;
        'webhook-signature': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          /** @constant */
          type: 'model.alias_removed';
          /** Format: date-time */
          timestamp: string;
          data: Record<string, never>;
        };
      };
    };
    responses: {
      /** @description Received. Anything else is tried again; 410 ends all deliveries to the URL. */
      '2XX': {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'events.dataset.ready': {
    parameters: {
      query?: never;
      header: {
        'webhook-id': string;
        'webhook-timestamp': string;
        'webhook-signature': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          /** @constant */
          type: 'dataset.ready';
          /** Format: date-time */
          timestamp: string;
          data: Record<string, never>;
        };
      };
    };
    responses: {
      /** @description Received. Anything else is tried again; 410 ends all deliveries to the URL. */
      '2XX': {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'events.dataset.invalid': {
    parameters: {
      query?: never;
      header: {
        'webhook-id': string;
        'webhook-timestamp': string;
        'webhook-signature': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          /** @constant */
          type: 'dataset.invalid';
          /** Format: date-time */
          timestamp: string;
          data: Record<string, never>;
        };
      };
    };
    responses: {
      /** @description Received. Anything else is tried again; 410 ends all deliveries to the URL. */
      '2XX': {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'events.schedule.fired': {
    parameters: {
      query?: never;
      header: {
        'webhook-id': string;
        'webhook-timestamp': string;
        'webhook-signature': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          /** @constant */
          type: 'schedule.fired';
          /** Format: date-time */
          timestamp: string;
          data: Record<string, never>;
        };
      };
    };
    responses: {
      /** @description Received. Anything else is tried again; 410 ends all deliveries to the URL. */
      '2XX': {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'events.schedule.skipped': {
    parameters: {
      query?: never;
      header: {
        'webhook-id': string;
        'webhook-timestamp': string;
        'webhook-signature': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          /** @constant */
          type: 'schedule.skipped';
          /** Format: date-time */
          timestamp: string;
          data: Record<string, never>;
        };
      };
    };
    responses: {
      /** @description Received. Anything else is tried again; 410 ends all deliveries to the URL. */
      '2XX': {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  'events.webhook.test': {
    parameters: {
      query?: never;
      header: {
        'webhook-id': string;
        'webhook-timestamp': string;
        'webhook-signature': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          /** @constant */
          type: 'webhook.test';
          /** Format: date-time */
          timestamp: string;
          data: Record<string, never>;
        };
      };
    };
    responses: {
      /** @description Received. Anything else is tried again; 410 ends all deliveries to the URL. */
      '2XX': {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
}
