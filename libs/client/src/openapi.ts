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
    /** Changes name and labels of a run in any state. */
    patch: operations['runs.update'];
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
    /** Webhook deliveries of a run, oldest first. */
    get: operations['runs.deliveries'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/runs/{id}/resume': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Creates a run that goes on from the last checkpoint of one that has ended. */
    post: operations['runs.resume'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/runs/{id}/clone': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Creates a run with the configuration of another one, and with what is to differ. */
    post: operations['runs.clone'];
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
    /** Changes name and labels of an evaluation in any state. */
    patch: operations['evaluations.update'];
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
    /** Webhook deliveries of an evaluation, oldest first. */
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
  '/models/import': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Takes a model of another tool into the storage: a worker copies it, opens it and embeds with it. */
    post: operations['models.import'];
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
    /** A model, where it comes from, and what it scored. */
    get: operations['models.get'];
    put?: never;
    post?: never;
    /** Deletes a model that nothing uses; its files go a moment later. */
    delete: operations['models.delete'];
    options?: never;
    head?: never;
    /** Changes labels or description. */
    patch: operations['models.update'];
    trace?: never;
  };
  '/models/{id}/compare': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What two models scored, target by target, and whether the difference may be chance. */
    get: operations['models.compare'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/models/{id}/aliases/{alias}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Who holds an alias of the model's name. */
    get: operations['models.getAlias'];
    /** Points an alias of the model's name at it; whoever held it holds it no more. */
    put: operations['models.setAlias'];
    post?: never;
    /** Takes an alias away from the model that holds it. */
    delete: operations['models.removeAlias'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/models/{id}/aliases/{alias}/holders': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Every model that an alias ever pointed at, from when to when, newest first. */
    get: operations['models.aliasHolders'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/models/{id}/files': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Files of a model with their checksums. Another format than the stored one is made by a task, once; a key that begins it needs models:write. */
    get: operations['models.files'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/models/{id}/files/{format}/{file}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A file of a model: whole, or a range of its bytes. */
    get: operations['models.download'];
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
  '/webhooks': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Registered endpoints, or those of a run, newest first. */
    get: operations['webhooks.list'];
    put?: never;
    /** Registers an endpoint for events of all runs and resources. The answer shows its secret, once. */
    post: operations['webhooks.create'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/webhooks/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** An endpoint: what it hears of and how it does. */
    get: operations['webhooks.get'];
    put?: never;
    post?: never;
    /** Deletes an endpoint with its deliveries. */
    delete: operations['webhooks.delete'];
    options?: never;
    head?: never;
    /** Changes URL, filters or description; what is pending goes to the new URL. */
    patch: operations['webhooks.update'];
    trace?: never;
  };
  '/webhooks/{id}/rotate-secret': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Replaces the secret; the one before signs, too, while they overlap. The answer shows the new one, once. */
    post: operations['webhooks.rotateSecret'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/webhooks/{id}/enable': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sends to the endpoint again. What was given up comes by a replay. */
    post: operations['webhooks.enable'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/webhooks/{id}/disable': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sends nothing more to the endpoint and queues nothing for it; what is pending is given up. */
    post: operations['webhooks.disable'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/webhooks/{id}/test': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sends `webhook.test` to the endpoint, whatever its filters say. */
    post: operations['webhooks.test'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/webhooks/{id}/deliveries': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What was sent to the endpoint and what waits for it, newest first. */
    get: operations['webhooks.deliveries'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/webhooks/{id}/replay': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sends what happened in a window again, oldest first, up to 1,000 deliveries. */
    post: operations['webhooks.replay'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/deliveries/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A delivery with its body and its attempts. */
    get: operations['deliveries.get'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/deliveries/{id}/redeliver': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sends it again, now, under the same `webhook-id`; also what was delivered. */
    post: operations['deliveries.redeliver'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/schedules': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Schedules, newest first. */
    get: operations['schedules.list'];
    put?: never;
    /** Creates a schedule: stored models are evaluated anew at set times. */
    post: operations['schedules.create'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/schedules/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A schedule with its next five and its last five fires. */
    get: operations['schedules.get'];
    put?: never;
    post?: never;
    /** Removes a schedule with the list of its fires. Evaluations that it made stay and go on. */
    delete: operations['schedules.delete'];
    options?: never;
    head?: never;
    /** Changes what is named in the body. Another cron or zone counts from now on. */
    patch: operations['schedules.update'];
    trace?: never;
  };
  '/schedules/{id}/pause': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Nothing of it fires any more; evaluations that run go on. */
    post: operations['schedules.pause'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/schedules/{id}/resume': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** It fires again, from its next time on. */
    post: operations['schedules.resume'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/schedules/{id}/run': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Fires now, by its overlap policy; also while it is paused. */
    post: operations['schedules.run'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/schedules/{id}/fires': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What became of each of its times, newest first. */
    get: operations['schedules.fires'];
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
  '/keys': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Keys, newest first, without their secrets. */
    get: operations['keys.list'];
    put?: never;
    /** Makes a key. The answer is the only place that shows it. */
    post: operations['keys.create'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/keys/me': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The key that asks. */
    get: operations['keys.me'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/keys/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A key without its secret. */
    get: operations['keys.get'];
    put?: never;
    post?: never;
    /** Ends a key for good, at once. */
    delete: operations['keys.revoke'];
    options?: never;
    head?: never;
    /** Changes the name of a key, or when it expires. */
    patch: operations['keys.update'];
    trace?: never;
  };
  '/keys/{id}/rotate': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Gives a key a new secret. The old one stays valid for a while. */
    post: operations['keys.rotate'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/audit': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Who changed what, newest first. */
    get: operations['audit.list'];
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
    /**
     * A run was created and waits for free slots.
     * @description Sent to endpoints that want it, signed as in Standard Webhooks 1.0, at least once and in no certain order.
     */
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
    /**
     * All ranks of a run have found each other; it trains.
     * @description Sent to endpoints that want it, signed as in Standard Webhooks 1.0, at least once and in no certain order.
     */
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
    /**
     * A run has scored its model on a verification set.
     * @description Sent to endpoints that want it, signed as in Standard Webhooks 1.0, at least once and in no certain order.
     */
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
    /**
     * A checkpoint was accepted: the run can go on from there.
     * @description Sent to endpoints that want it, signed as in Standard Webhooks 1.0, at least once and in no certain order.
     */
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
    /**
     * A run lost a part of its fleet and waits for slots again.
     * @description Sent to endpoints that want it, signed as in Standard Webhooks 1.0, at least once and in no certain order.
     */
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
    /**
     * A run has ended well.
     * @description Sent to endpoints that want it, signed as in Standard Webhooks 1.0, at least once and in no certain order.
     */
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
    /**
     * A run has failed; `reason` and `error` say why.
     * @description Sent to endpoints that want it, signed as in Standard Webhooks 1.0, at least once and in no certain order.
     */
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
    /**
     * A run was asked to stop.
     * @description Sent to endpoints that want it, signed as in Standard Webhooks 1.0, at least once and in no certain order.
     */
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
    /**
     * A run has stopped because it was asked to.
     * @description Sent to endpoints that want it, signed as in Standard Webhooks 1.0, at least once and in no certain order.
     */
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
    /**
     * An evaluation was created and waits for free slots.
     * @description Sent to endpoints that want it, signed as in Standard Webhooks 1.0, at least once and in no certain order.
     */
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
    /**
     * An evaluation has its slots and scores.
     * @description Sent to endpoints that want it, signed as in Standard Webhooks 1.0, at least once and in no certain order.
     */
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
    /**
     * An evaluation has scored one target.
     * @description Sent to endpoints that want it, signed as in Standard Webhooks 1.0, at least once and in no certain order.
     */
    post: operations['events.evaluation.scored'];
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
    /**
     * Scores of a model have fallen by more than the margin against what they are compared with.
     * @description Sent to endpoints that want it, signed as in Standard Webhooks 1.0, at least once and in no certain order.
     */
    post: operations['events.evaluation.regressed'];
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
    /**
     * An evaluation lost a part of its fleet and begins anew.
     * @description Sent to endpoints that want it, signed as in Standard Webhooks 1.0, at least once and in no certain order.
     */
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
    /**
     * All targets are scored.
     * @description Sent to endpoints that want it, signed as in Standard Webhooks 1.0, at least once and in no certain order.
     */
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
    /**
     * An evaluation has failed; `reason` and `error` say why.
     * @description Sent to endpoints that want it, signed as in Standard Webhooks 1.0, at least once and in no certain order.
     */
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
    /**
     * An evaluation was asked to stop.
     * @description Sent to endpoints that want it, signed as in Standard Webhooks 1.0, at least once and in no certain order.
     */
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
    /**
     * An evaluation has stopped because it was asked to.
     * @description Sent to endpoints that want it, signed as in Standard Webhooks 1.0, at least once and in no certain order.
     */
    post: operations['events.evaluation.canceled'];
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
    /**
     * A version of a model is stored and can be used; `source` is `run` or `import`.
     * @description Sent to endpoints that want it, signed as in Standard Webhooks 1.0, at least once and in no certain order.
     */
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
    /**
     * A model could not be imported.
     * @description Sent to endpoints that want it, signed as in Standard Webhooks 1.0, at least once and in no certain order.
     */
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
    /**
     * A version of a model was deleted.
     * @description Sent to endpoints that want it, signed as in Standard Webhooks 1.0, at least once and in no certain order.
     */
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
    /**
     * An alias names another version from now on; `number` counts its moves, `previous` is who had it.
     * @description Sent to endpoints that want it, signed as in Standard Webhooks 1.0, at least once and in no certain order.
     */
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
    /**
     * An alias names this version no more.
     * @description Sent to endpoints that want it, signed as in Standard Webhooks 1.0, at least once and in no certain order.
     */
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
    /**
     * A data set was validated and can be used as `ref`.
     * @description Sent to endpoints that want it, signed as in Standard Webhooks 1.0, at least once and in no certain order.
     */
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
    /**
     * A data set was validated and cannot be used; `problem` is the first of them.
     * @description Sent to endpoints that want it, signed as in Standard Webhooks 1.0, at least once and in no certain order.
     */
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
    /**
     * A schedule has started its evaluations.
     * @description Sent to endpoints that want it, signed as in Standard Webhooks 1.0, at least once and in no certain order.
     */
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
    /**
     * A schedule was due and started nothing; `reason` says why. Times that were missed come together: `count`, `from`, `to`.
     * @description Sent to endpoints that want it, signed as in Standard Webhooks 1.0, at least once and in no certain order.
     */
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
    /**
     * Sent on request, to see that deliveries arrive and that their signatures are verified.
     * @description Sent to endpoints that want it, signed as in Standard Webhooks 1.0, at least once and in no certain order.
     */
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
    /** @description Answer to `GET /models/:id/aliases/:alias/holders`: newest first. */
    AliasHolderList: {
      holders: {
        number: number;
        modelId: string;
        version: number;
        /** Format: date-time */
        since: string;
        /**
         * Format: date-time
         * @description null: it holds it now.
         */
        until: string | null;
        setBy: string;
        endedBy: string | null;
      }[];
      next: string | null;
    };
    /** @description Answer to `GET /audit`: newest first. */
    AuditList: {
      events: {
        id: string;
        at: string;
        /** @description Id of the key that asked, or `system`. */
        actor: string;
        /** @description Operation, as the OpenAPI document names it. */
        action: string;
        resourceId: string;
        /** @description What changed, without secrets. */
        details: {
          [key: string]: unknown;
        };
      }[];
      next: string | null;
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
    /** @description Body of `POST /evaluations`. */
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
          | 'evaluation.regressed'
          | 'evaluation.restarting'
          | 'evaluation.completed'
          | 'evaluation.failed'
          | 'evaluation.canceling'
          | 'evaluation.canceled'
        )[];
      }[];
    };
    /** @description Body of `POST /keys`. */
    CreateKey: {
      name: string;
      grants: (
        | '*'
        | '*:read'
        | 'runs:*'
        | 'evaluations:*'
        | 'models:*'
        | 'embeddings:*'
        | 'datasets:*'
        | 'schedules:*'
        | 'webhooks:*'
        | 'tasks:*'
        | 'workers:*'
        | 'keys:*'
        | 'audit:*'
        | 'runs:read'
        | 'runs:write'
        | 'evaluations:read'
        | 'evaluations:write'
        | 'models:read'
        | 'models:write'
        | 'embeddings:read'
        | 'embeddings:write'
        | 'datasets:read'
        | 'datasets:write'
        | 'schedules:read'
        | 'schedules:write'
        | 'webhooks:read'
        | 'webhooks:write'
        | 'tasks:read'
        | 'tasks:write'
        | 'workers:read'
        | 'workers:write'
        | 'keys:read'
        | 'keys:write'
        | 'audit:read'
        | 'audit:write'
      )[];
      /** @default 365 */
      expiresInDays?: number | null;
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
        /** @description Folder of a model, or the prefix of its files as InsightFace writes it (`.../model`, or `.../model,1`). */
        path?: string;
        /** @description A stored model: `mdl_...`, `name@alias` or `name@version`. */
        model?: string;
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
    /** @description Body of `POST /schedules`. */
    CreateSchedule: {
      /** @description Unique. */
      name: string;
      /** @description Five fields: minute, hour, day of month, month, day of week. */
      cron: string;
      /** @default UTC */
      timezone?: string;
      evaluation: {
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
        /** @description Where the verification sets lie that are given by name: a folder, or a registered data set as `name@digest`, name or id. */
        dataset?: string;
        models:
          | {
              /** @constant */
              all: true;
            }
          | {
              ids: string[];
            }
          | {
              labels: {
                [key: string]: string;
              };
            }
          | {
              alias: string;
              name?: string;
            };
      };
      /**
       * @default skip
       * @enum {string}
       */
      overlap?: 'skip' | 'queue' | 'replace';
      /**
       * @default skip
       * @enum {string}
       */
      missed?: 'skip' | 'run_once';
      /** @default 300 */
      graceSeconds?: number;
      /** @default null */
      margin?: {
        [key: string]: number;
      } | null;
      /** @default false */
      paused?: boolean;
    };
    /** @description Body of `POST /webhooks`. */
    CreateWebhook: {
      /** Format: uri */
      url: string;
      secret?: string;
      /**
       * @description Default: all events.
       * @default null
       */
      events?:
        | (
            | '*'
            | 'run.*'
            | 'evaluation.*'
            | 'model.*'
            | 'dataset.*'
            | 'schedule.*'
            | 'webhook.*'
            | 'run.queued'
            | 'run.started'
            | 'run.verified'
            | 'run.checkpointed'
            | 'run.restarting'
            | 'run.succeeded'
            | 'run.failed'
            | 'run.canceling'
            | 'run.canceled'
            | 'evaluation.queued'
            | 'evaluation.started'
            | 'evaluation.scored'
            | 'evaluation.regressed'
            | 'evaluation.restarting'
            | 'evaluation.completed'
            | 'evaluation.failed'
            | 'evaluation.canceling'
            | 'evaluation.canceled'
            | 'model.created'
            | 'model.failed'
            | 'model.deleted'
            | 'model.alias_set'
            | 'model.alias_removed'
            | 'dataset.ready'
            | 'dataset.invalid'
            | 'schedule.fired'
            | 'schedule.skipped'
            | 'webhook.test'
          )[]
        | null;
      /**
       * @description Only events of runs and evaluations with these labels.
       * @default null
       */
      labels?: {
        [key: string]: string;
      } | null;
      /** @default  */
      description?: string;
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
      /** @description Counts the changes of name and labels; the `ETag` of the evaluation. */
      revision: number;
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
        digest: string | null;
        scores: components['schemas']['ScoreSummary'];
      }[];
      /** @description Found when it completed; see `evaluation.regressed`. */
      regressions: {
        target: string;
        metric: string;
        /**
         * @description The other model is that which held the alias before, or the model itself on other data or another engine. More values may be added.
         * @enum {string}
         */
        against: 'alias' | 'itself';
        /** @description `name@alias`; null: against itself. */
        alias: string | null;
        /** @description What is not as it was for the baseline. */
        changed: ('model' | 'data' | 'engine')[];
        baselineModelId: string;
        baselineEvaluationId: string;
        baseline: number;
        current: number;
        /** @description By how much it may fall. */
        margin: number;
        /**
         * @description `given` with the schedule, `bootstrap`: interval of the baseline, `wilson`: interval of a share. More values may be added.
         * @enum {string}
         */
        marginFrom: 'given' | 'bootstrap' | 'wilson';
      }[];
      config: {
        [key: string]: unknown;
      };
      urls: {
        self: string;
        events: string;
        logs: string;
        scores: string;
        deliveries: string;
        cancel: string;
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
      /** @description Counts the changes of name and labels; the `ETag` of the run. */
      revision: number;
      /** @description The run from whose checkpoint this one goes on, and the step of that. */
      resumedFrom: {
        runId: string;
        step: number;
      } | null;
      /** @description The run whose configuration this one was made from. */
      clonedFrom: string | null;
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
        events: string;
        logs: string;
        metrics: string;
        deliveries: string;
        cancel: string;
        resume: string;
        clone: string;
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
    /** @description Answer to `GET /runs/:id/deliveries`: a page of the webhook log of a run, oldest first. */
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
      next: string | null;
    };
    /** @description Answer to `POST /runs?validate=true`. */
    DryRun: {
      /** @constant */
      valid: true;
      /** @description The resolved configuration. */
      config: {
        [key: string]: unknown;
      };
      estimate: {
        dataset: {
          identities: number | null;
          images: number | null;
          /** @description `request`: the query said so; `dataset`: the registered data set; `recipe`: the set of the recipe's published numbers; null: not known. */
          from: ('request' | 'dataset' | 'recipe') | null;
        };
        steps: number | null;
        /** @description One entry per number of ranks that the run may get, the largest first. */
        ranks: {
          worldSize: number;
          batchPerRank: number;
          /** @description Of one rank, in bytes, for faces of 112 x 112. */
          memory: {
            backboneParameters: number | null;
            backboneGradients: number | null;
            backboneOptimizer: number | null;
            backboneAverage: number | null;
            classCenters: number | null;
            classCentersOptimizer: number | null;
            sampledCenters: number | null;
            logits: number | null;
            exchangedFeatures: number | null;
            images: number | null;
            activations: number | null;
            total: number | null;
          };
          /** @description By the speed of earlier runs of the same network, engine, ranks and batch. */
          time: {
            engine: string | null;
            samplesPerSecond: number | null;
            runs: number;
            seconds: number | null;
          };
        }[];
      };
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
      /** @description Counts the changes of name and labels; the `ETag` of the evaluation. */
      revision: number;
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
        digest: string | null;
        scores: components['schemas']['ScoreSummary'];
      }[];
      /** @description Found when it completed; see `evaluation.regressed`. */
      regressions: {
        target: string;
        metric: string;
        /**
         * @description The other model is that which held the alias before, or the model itself on other data or another engine. More values may be added.
         * @enum {string}
         */
        against: 'alias' | 'itself';
        /** @description `name@alias`; null: against itself. */
        alias: string | null;
        /** @description What is not as it was for the baseline. */
        changed: ('model' | 'data' | 'engine')[];
        baselineModelId: string;
        baselineEvaluationId: string;
        baseline: number;
        current: number;
        /** @description By how much it may fall. */
        margin: number;
        /**
         * @description `given` with the schedule, `bootstrap`: interval of the baseline, `wilson`: interval of a share. More values may be added.
         * @enum {string}
         */
        marginFrom: 'given' | 'bootstrap' | 'wilson';
      }[];
      config: {
        [key: string]: unknown;
      };
      urls: {
        self: string;
        events: string;
        logs: string;
        scores: string;
        deliveries: string;
        cancel: string;
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
    /** @description What became of one time of a schedule. */
    Fire: {
      id: string;
      /** Format: date-time */
      scheduledAt: string;
      /**
       * Format: date-time
       * @description When that was decided.
       */
      firedAt: string;
      /**
       * @description More values may be added.
       * @enum {string}
       */
      trigger: 'cron' | 'manual';
      /**
       * @description More values may be added.
       * @enum {string}
       */
      outcome: 'started' | 'waiting' | 'skipped' | 'missed';
      /** @description Machine-readable cause: `on_time`, `catch_up`, `manual`, `overlap`, `already_waiting`, `no_models`, `late`, ... New values may appear. */
      reason: string;
      message: string;
      /** @description Of the schedule, then. */
      revision: number;
      evaluations: {
        id: string;
        modelId: string | null;
        /**
         * @description More values may be added.
         * @enum {string}
         */
        status: 'queued' | 'starting' | 'running' | 'succeeded' | 'failed' | 'canceling' | 'canceled';
      }[];
    };
    /** @description Answer to `GET /schedules/:id/fires`: newest first. */
    FireList: {
      fires: components['schemas']['Fire'][];
      next: string | null;
    };
    /** @description Body of `POST /runs/:id/resume` and `/clone`. */
    FollowUp: {
      /**
       * @description Any part of a run's configuration, merged into that of the run; null gives a field its default again.
       * @default {}
       */
      overrides?: {
        [key: string]: unknown;
      };
      /**
       * @description Those of the new run; it inherits none.
       * @default []
       */
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
    /** @description Body of `POST /models/import`. */
    ImportModel: {
      /** @description A model as the workers see it: a folder, a prefix (`.../model,1`) or a file of any readable kind. */
      path: string;
      epoch?: number;
      name: string;
      /** @default {} */
      labels?: {
        [key: string]: string;
      };
      /** @default  */
      description?: string;
    };
    /** @description Answer to `GET /keys/:id`. Never holds the secret. */
    Key: {
      id: string;
      name: string;
      /** @description The beginning of the key, by which people know it again. */
      hint: string;
      grants: (
        | '*'
        | '*:read'
        | 'runs:*'
        | 'evaluations:*'
        | 'models:*'
        | 'embeddings:*'
        | 'datasets:*'
        | 'schedules:*'
        | 'webhooks:*'
        | 'tasks:*'
        | 'workers:*'
        | 'keys:*'
        | 'audit:*'
        | 'runs:read'
        | 'runs:write'
        | 'evaluations:read'
        | 'evaluations:write'
        | 'models:read'
        | 'models:write'
        | 'embeddings:read'
        | 'embeddings:write'
        | 'datasets:read'
        | 'datasets:write'
        | 'schedules:read'
        | 'schedules:write'
        | 'webhooks:read'
        | 'webhooks:write'
        | 'tasks:read'
        | 'tasks:write'
        | 'workers:read'
        | 'workers:write'
        | 'keys:read'
        | 'keys:write'
        | 'audit:read'
        | 'audit:write'
      )[];
      /**
       * @description More values may be added.
       * @enum {string}
       */
      status: 'active' | 'expired' | 'revoked';
      createdAt: string;
      /** @description Id of the key that made it, or `system`. */
      createdBy: string;
      expiresAt: string | null;
      revokedAt: string | null;
      /** @description Exact to a minute. */
      lastUsedAt: string | null;
      /** @description Until then the secret of before the last rotation is valid, too. */
      previousValidUntil: string | null;
      /** @description Changes with every edit: the ETag. */
      revision: number;
      urls: {
        self: string;
        rotate: string;
      };
    };
    /** @description Answer to `GET /keys`: newest first. */
    KeyList: {
      keys: components['schemas']['Key'][];
      next: string | null;
    };
    /** @description Answer to `POST /keys` and `POST /keys/:id/rotate`: the only place where the key itself stands. */
    KeyWithToken: {
      id: string;
      name: string;
      /** @description The beginning of the key, by which people know it again. */
      hint: string;
      grants: (
        | '*'
        | '*:read'
        | 'runs:*'
        | 'evaluations:*'
        | 'models:*'
        | 'embeddings:*'
        | 'datasets:*'
        | 'schedules:*'
        | 'webhooks:*'
        | 'tasks:*'
        | 'workers:*'
        | 'keys:*'
        | 'audit:*'
        | 'runs:read'
        | 'runs:write'
        | 'evaluations:read'
        | 'evaluations:write'
        | 'models:read'
        | 'models:write'
        | 'embeddings:read'
        | 'embeddings:write'
        | 'datasets:read'
        | 'datasets:write'
        | 'schedules:read'
        | 'schedules:write'
        | 'webhooks:read'
        | 'webhooks:write'
        | 'tasks:read'
        | 'tasks:write'
        | 'workers:read'
        | 'workers:write'
        | 'keys:read'
        | 'keys:write'
        | 'audit:read'
        | 'audit:write'
      )[];
      /**
       * @description More values may be added.
       * @enum {string}
       */
      status: 'active' | 'expired' | 'revoked';
      createdAt: string;
      /** @description Id of the key that made it, or `system`. */
      createdBy: string;
      expiresAt: string | null;
      revokedAt: string | null;
      /** @description Exact to a minute. */
      lastUsedAt: string | null;
      /** @description Until then the secret of before the last rotation is valid, too. */
      previousValidUntil: string | null;
      /** @description Changes with every edit: the ETag. */
      revision: number;
      urls: {
        self: string;
        rotate: string;
      };
      /** @description The key; null in a repeated answer. */
      token: string | null;
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
      /** @description null: it was imported. */
      generation: number | null;
      step: number | null;
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
      name: string;
      /** @description 1, 2, ... per name; a number is never used again. */
      version: number;
      /** @description Aliases of the name that point here, sorted. */
      aliases: string[];
      labels: {
        [key: string]: string;
      };
      description: string;
      /**
       * @description `importing` until a worker has copied and tried it. More values may be added.
       * @enum {string}
       */
      state: 'importing' | 'ready' | 'failed';
      /**
       * @description More values may be added.
       * @enum {string}
       */
      source: 'run' | 'import';
      /** @description Why its import failed. */
      error: components['schemas']['ErrorReport'] | null;
      /** @description Run that trained it; null: it was imported. */
      runId: string | null;
      /** @description Of its files: `arcfleet`, or as they came: `onnx`, `mxnet`, `torch`. */
      format: string;
      /** @description null: its files do not say. */
      network: string | null;
      /** @description null: it is not imported yet. */
      embeddingSize: number | null;
      revision: number;
      /** Format: date-time */
      createdAt: string;
      urls: {
        self: string;
        files: string;
        embeddings: string;
        run: string | null;
        /** @description The import. */
        task: string | null;
      };
      /** @description null: it was imported. */
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
      } | null;
      lineage: {
        /** @description Engine and version of ArcFleet of the worker that wrote it; null: not known. */
        engine: string | null;
        codeVersion: string | null;
        /** @description What it was trained on; `ref` (`name@digest`) and digest are those of a registered data set. */
        dataset: {
          path: string;
          ref: string | null;
          digest: string | null;
        } | null;
        /** @description The checkpoint of the same step, if there was one. */
        checkpoint: {
          generation: number;
          step: number;
          folder: string;
        } | null;
        /** @description The model that training started from; `model` is `name@version` of a stored one. */
        parent: {
          path: string;
          modelId: string | null;
          model: string | null;
        } | null;
        /** @description The run whose checkpoint its run went on from, and the step of it. */
        resumedFrom: {
          runId: string;
          step: number;
        } | null;
      };
      /** @description Newest result on each target, by name of the target. */
      metrics: {
        target: string;
        /**
         * @description More values may be added.
         * @enum {string}
         */
        protocol: 'verification' | 'identification' | 'templates';
        /** @description The number by which models are compared: `accuracy`, `rank1Accuracy` or `tarAtFar@1e-4` (or the nearest there is). */
        measure: string;
        value: number;
        /** @description null: none was computed. */
        interval: {
          low: number;
          high: number;
          level: number;
        } | null;
        source:
          | {
              /** @constant */
              kind: 'evaluation';
              evaluationId: string;
              engine: string | null;
              /** Format: date-time */
              at: string;
            }
          | {
              /** @constant */
              kind: 'verification';
              runId: string;
              step: number;
              engine: string | null;
              /** Format: date-time */
              at: string;
            };
      }[];
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
    /** @description Answer to `PUT` and `GET /models/:id/aliases/:alias`. */
    ModelAlias: {
      name: string;
      alias: string;
      /** @description Revision of the alias: every move takes the next one. */
      number: number;
      modelId: string;
      version: number;
      /** Format: date-time */
      since: string;
      /** @description Who held it before; null: nobody. */
      previous: {
        modelId: string;
        version: number;
      } | null;
    };
    /** @description Answer to `GET /models/:id/compare`. */
    ModelComparison: {
      model: {
        id: string;
        name: string;
        version: number;
      };
      with: {
        id: string;
        name: string;
        version: number;
      };
      /** @description Every target that both have a result on by the same measure, by name. */
      targets: {
        target: string;
        measure: string;
        model: {
          /**
           * @description More values may be added.
           * @enum {string}
           */
          protocol: 'verification' | 'identification' | 'templates';
          value: number;
          /** @description null: none was computed. */
          interval: {
            low: number;
            high: number;
            level: number;
          } | null;
          source:
            | {
                /** @constant */
                kind: 'evaluation';
                evaluationId: string;
                engine: string | null;
                /** Format: date-time */
                at: string;
              }
            | {
                /** @constant */
                kind: 'verification';
                runId: string;
                step: number;
                engine: string | null;
                /** Format: date-time */
                at: string;
              };
        };
        with: {
          /**
           * @description More values may be added.
           * @enum {string}
           */
          protocol: 'verification' | 'identification' | 'templates';
          value: number;
          /** @description null: none was computed. */
          interval: {
            low: number;
            high: number;
            level: number;
          } | null;
          source:
            | {
                /** @constant */
                kind: 'evaluation';
                evaluationId: string;
                engine: string | null;
                /** Format: date-time */
                at: string;
              }
            | {
                /** @constant */
                kind: 'verification';
                runId: string;
                step: number;
                engine: string | null;
                /** Format: date-time */
                at: string;
              };
        };
        /** @description Of `model` less that of `with`. */
        difference: number;
        /** @description null: one of them has no interval. True: the difference may be chance. */
        intervalsOverlap: boolean | null;
      }[];
      /** @description Targets that only one of them has a result on. */
      onlyModel: string[];
      onlyWith: string[];
    };
    /** @description Answer to `GET /models/:id/files`. */
    ModelFiles: {
      modelId: string;
      /**
       * @description More values may be added.
       * @enum {string}
       */
      format: 'arcfleet' | 'torch' | 'safetensors' | 'onnx' | 'mxnet';
      files: {
        name: string;
        sizeBytes: number;
        sha256: string;
        url: string;
      }[];
    };
    /** @description Answer to `GET /models`: newest first. */
    ModelList: {
      models: components['schemas']['StoredModel'][];
      next: string | null;
    };
    /** @description The same while a worker makes them: 202. */
    PendingFiles: {
      modelId: string;
      /**
       * @description More values may be added.
       * @enum {string}
       */
      format: 'safetensors' | 'onnx' | 'mxnet';
      taskId: string;
      urls: {
        task: string;
      };
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
    /** @description Answer to a replay. */
    Replay: {
      /** @description Deliveries that are tried again from now on. */
      replayed: number;
      /**
       * Format: date-time
       * @description There was more than one replay takes: go on with this as `since`. null: that was all.
       */
      next: string | null;
    };
    /** @description Body of `POST /webhooks/:id/replay`. */
    ReplayWebhook: {
      /**
       * Format: date-time
       * @description Events from here ...
       */
      since: string;
      /**
       * Format: date-time
       * @description ... to here; default: now.
       */
      until?: string;
      events?: (
        | '*'
        | 'run.*'
        | 'evaluation.*'
        | 'model.*'
        | 'dataset.*'
        | 'schedule.*'
        | 'webhook.*'
        | 'run.queued'
        | 'run.started'
        | 'run.verified'
        | 'run.checkpointed'
        | 'run.restarting'
        | 'run.succeeded'
        | 'run.failed'
        | 'run.canceling'
        | 'run.canceled'
        | 'evaluation.queued'
        | 'evaluation.started'
        | 'evaluation.scored'
        | 'evaluation.regressed'
        | 'evaluation.restarting'
        | 'evaluation.completed'
        | 'evaluation.failed'
        | 'evaluation.canceling'
        | 'evaluation.canceled'
        | 'model.created'
        | 'model.failed'
        | 'model.deleted'
        | 'model.alias_set'
        | 'model.alias_removed'
        | 'dataset.ready'
        | 'dataset.invalid'
        | 'schedule.fired'
        | 'schedule.skipped'
        | 'webhook.test'
      )[];
      /**
       * @description `failed`: what was given up; `all`: what was delivered, too.
       * @default failed
       * @enum {string}
       */
      state?: 'failed' | 'all';
    };
    /** @description Body of `POST /keys/:id/rotate`: how long the old secret stays valid. */
    RotateKey: {
      /** @default 86400 */
      overlapSeconds?: number;
    };
    /**
     * @description Body of `POST /webhooks/:id/rotate-secret`, which may be left out.
     * @default {}
     */
    RotateSecret: {
      /**
       * @description So long both secrets sign. 0: the old one is worth nothing at once.
       * @default 86400
       */
      overlapSeconds?: number;
      secret?: string;
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
      /** @description Counts the changes of name and labels; the `ETag` of the run. */
      revision: number;
      /** @description The run from whose checkpoint this one goes on, and the step of that. */
      resumedFrom: {
        runId: string;
        step: number;
      } | null;
      /** @description The run whose configuration this one was made from. */
      clonedFrom: string | null;
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
        events: string;
        logs: string;
        metrics: string;
        deliveries: string;
        cancel: string;
        resume: string;
        clone: string;
      };
    };
    /** @description Answer to `GET /runs`: newest first. */
    RunList: {
      runs: components['schemas']['Run'][];
      /** @description Where the next page is; null: this is the last one. */
      next: string | null;
    };
    Schedule: {
      id: string;
      name: string;
      cron: string;
      timezone: string;
      /** @description With whole targets. */
      evaluation: {
        [key: string]: unknown;
      };
      /**
       * @description More values may be added.
       * @enum {string}
       */
      overlap: 'skip' | 'queue' | 'replace';
      /**
       * @description More values may be added.
       * @enum {string}
       */
      missed: 'skip' | 'run_once';
      graceSeconds: number;
      margin: {
        [key: string]: number;
      } | null;
      paused: boolean;
      /** @description Changes with every edit: the ETag. */
      revision: number;
      /** Format: date-time */
      createdAt: string;
      /** Format: date-time */
      updatedAt: string;
      /** @description The next five, with the zone's offset; empty while paused. */
      nextFires: string[];
      /** @description The last five, newest first. */
      lastFires: components['schemas']['Fire'][];
      urls: {
        self: string;
        fires: string;
        run: string;
        pause: string;
        resume: string;
      };
    };
    /** @description Answer to `GET /schedules`: newest first. */
    ScheduleList: {
      schedules: components['schemas']['Schedule'][];
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
    /** @description A stored model: one version of its name. */
    StoredModel: {
      /** @description Its id in `/models`. */
      id: string;
      /** @description null: it was imported. */
      generation: number | null;
      step: number | null;
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
      name: string;
      /** @description 1, 2, ... per name; a number is never used again. */
      version: number;
      /** @description Aliases of the name that point here, sorted. */
      aliases: string[];
      labels: {
        [key: string]: string;
      };
      description: string;
      /**
       * @description `importing` until a worker has copied and tried it. More values may be added.
       * @enum {string}
       */
      state: 'importing' | 'ready' | 'failed';
      /**
       * @description More values may be added.
       * @enum {string}
       */
      source: 'run' | 'import';
      /** @description Why its import failed. */
      error: components['schemas']['ErrorReport'] | null;
      /** @description Run that trained it; null: it was imported. */
      runId: string | null;
      /** @description Of its files: `arcfleet`, or as they came: `onnx`, `mxnet`, `torch`. */
      format: string;
      /** @description null: its files do not say. */
      network: string | null;
      /** @description null: it is not imported yet. */
      embeddingSize: number | null;
      revision: number;
      /** Format: date-time */
      createdAt: string;
      urls: {
        self: string;
        files: string;
        embeddings: string;
        run: string | null;
        /** @description The import. */
        task: string | null;
      };
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
            /** @description The copy goes into a folder of its attempt below this one, relative to the storage root. */
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
            /** @description The files go into a folder of their attempt below this one, relative to the storage root. */
            to: string;
          }
        | {
            /** @constant */
            task: 'model.remove';
            /** @description Deleted models with all folders that they may have left, relative to the storage root. */
            models: {
              id: string;
              folders: string[];
            }[];
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
                folder: string;
                files: {
                  path: string;
                  sizeBytes: number;
                  sha256: string;
                }[];
              }
            | {
                /** @constant */
                task: 'model.export';
                folder: string;
                files: {
                  path: string;
                  sizeBytes: number;
                  sha256: string;
                }[];
              }
            | {
                /** @constant */
                task: 'model.remove';
                removed: string[];
              }
          )
        | null;
      urls: {
        self: string;
        events: string;
        logs: string;
        cancel: string;
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
      /** @description Machine-readable cause: one of those that docs/api.md lists, or the code of an error. New values may appear. */
      reason: string;
      message: string;
      generation: number;
      /** Format: date-time */
      at: string;
    };
    /** @description Body of `PATCH /datasets/:id`: what is left out stays. */
    UpdateDataset: {
      labels?: {
        [key: string]: string;
      };
      description?: string;
    };
    /** @description Body of `PATCH /keys/:id`: what is left out stays. `expiresInDays` counts from now. */
    UpdateKey: {
      name?: string;
      expiresInDays?: number | null;
    };
    /** @description Body of `PATCH /models/:id`. Labels are replaced as a whole. */
    UpdateModel: {
      labels?: {
        [key: string]: string;
      };
      description?: string;
    };
    /** @description Body of `PATCH /runs/:id` and `PATCH /evaluations/:id`: a merge patch of what is no part of the work. */
    UpdateRun: {
      /** @description null: none. */
      name?: string | null;
      /** @description Added to those that are there; null takes one away. */
      labels?: {
        [key: string]: string | null;
      };
    };
    /** @description Body of `PATCH /schedules/:id`: fields that are left out stay. Pausing has routes of its own. */
    UpdateSchedule: {
      /** @description Unique. */
      name?: string;
      /** @description Five fields: minute, hour, day of month, month, day of week. */
      cron?: string;
      /** @description IANA name: on the clocks of this zone. */
      timezone?: string;
      evaluation?: {
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
        /** @description Where the verification sets lie that are given by name: a folder, or a registered data set as `name@digest`, name or id. */
        dataset?: string;
        models:
          | {
              /** @constant */
              all: true;
            }
          | {
              ids: string[];
            }
          | {
              labels: {
                [key: string]: string;
              };
            }
          | {
              alias: string;
              name?: string;
            };
      };
      /** @enum {string} */
      overlap?: 'skip' | 'queue' | 'replace';
      /** @enum {string} */
      missed?: 'skip' | 'run_once';
      /** @description A fire that is late by no more is on time. */
      graceSeconds?: number;
      /** @description By how much metrics may fall; null, or a metric that is not named: by their interval. */
      margin?: {
        [key: string]: number;
      } | null;
    };
    /** @description Body of `PATCH /webhooks/:id`: what is left out stays. */
    UpdateWebhook: {
      /** Format: uri */
      url?: string;
      events?:
        | (
            | '*'
            | 'run.*'
            | 'evaluation.*'
            | 'model.*'
            | 'dataset.*'
            | 'schedule.*'
            | 'webhook.*'
            | 'run.queued'
            | 'run.started'
            | 'run.verified'
            | 'run.checkpointed'
            | 'run.restarting'
            | 'run.succeeded'
            | 'run.failed'
            | 'run.canceling'
            | 'run.canceled'
            | 'evaluation.queued'
            | 'evaluation.started'
            | 'evaluation.scored'
            | 'evaluation.regressed'
            | 'evaluation.restarting'
            | 'evaluation.completed'
            | 'evaluation.failed'
            | 'evaluation.canceling'
            | 'evaluation.canceled'
            | 'model.created'
            | 'model.failed'
            | 'model.deleted'
            | 'model.alias_set'
            | 'model.alias_removed'
            | 'dataset.ready'
            | 'dataset.invalid'
            | 'schedule.fired'
            | 'schedule.skipped'
            | 'webhook.test'
          )[]
        | null;
      labels?: {
        [key: string]: string;
      } | null;
      description?: string;
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
    Webhook: {
      id: string;
      /** @description The run or evaluation that brought it; null: registered for all. */
      runId: string | null;
      /** @description A user name and a password in it are shown as `***`. */
      url: string;
      description: string;
      /** @description null: all. */
      events: string[] | null;
      labels: {
        [key: string]: string;
      } | null;
      /**
       * @description `failing`: no attempt has succeeded since `failingSince`. More values may be added.
       * @enum {string}
       */
      state: 'enabled' | 'failing' | 'disabled';
      /** @description `by_request`, `gone` (it answered 410) or `failing` (nothing but failures for five days). */
      disabledReason: ('by_request' | 'gone' | 'failing') | null;
      /** Format: date-time */
      disabledAt: string | null;
      /** Format: date-time */
      failingSince: string | null;
      /**
       * Format: date-time
       * @description It asked to be called more slowly: nothing is sent before.
       */
      throttledUntil: string | null;
      /**
       * Format: date-time
       * @description So long deliveries are signed with the secret before, too.
       */
      overlapUntil: string | null;
      /** Format: date-time */
      createdAt: string;
      /** Format: date-time */
      updatedAt: string;
      urls: {
        self: string;
        deliveries: string;
        test: string;
        replay: string;
        rotateSecret: string;
      };
    };
    WebhookDelivery: {
      /** @description `webhook-id` of every attempt. */
      id: string;
      webhookId: string;
      runId: string | null;
      /**
       * @description More values may be added.
       * @enum {string}
       */
      eventType:
        | 'run.queued'
        | 'run.started'
        | 'run.verified'
        | 'run.checkpointed'
        | 'run.restarting'
        | 'run.succeeded'
        | 'run.failed'
        | 'run.canceling'
        | 'run.canceled'
        | 'evaluation.queued'
        | 'evaluation.started'
        | 'evaluation.scored'
        | 'evaluation.regressed'
        | 'evaluation.restarting'
        | 'evaluation.completed'
        | 'evaluation.failed'
        | 'evaluation.canceling'
        | 'evaluation.canceled'
        | 'model.created'
        | 'model.failed'
        | 'model.deleted'
        | 'model.alias_set'
        | 'model.alias_removed'
        | 'dataset.ready'
        | 'dataset.invalid'
        | 'schedule.fired'
        | 'schedule.skipped'
        | 'webhook.test';
      /**
       * @description `pending`: an attempt is to come or under way. More values may be added.
       * @enum {string}
       */
      state: 'pending' | 'delivered' | 'failed';
      attempts: number;
      lastStatus: number | null;
      lastError: string | null;
      /** Format: date-time */
      createdAt: string;
      /** Format: date-time */
      lastAttemptAt: string | null;
      /** Format: date-time */
      nextAttemptAt: string | null;
      /** Format: date-time */
      deliveredAt: string | null;
      urls: {
        self: string;
        redeliver: string;
      };
    };
    /** @description Answer to `GET /deliveries/:id`. */
    WebhookDeliveryDetails: {
      /** @description `webhook-id` of every attempt. */
      id: string;
      webhookId: string;
      runId: string | null;
      /**
       * @description More values may be added.
       * @enum {string}
       */
      eventType:
        | 'run.queued'
        | 'run.started'
        | 'run.verified'
        | 'run.checkpointed'
        | 'run.restarting'
        | 'run.succeeded'
        | 'run.failed'
        | 'run.canceling'
        | 'run.canceled'
        | 'evaluation.queued'
        | 'evaluation.started'
        | 'evaluation.scored'
        | 'evaluation.regressed'
        | 'evaluation.restarting'
        | 'evaluation.completed'
        | 'evaluation.failed'
        | 'evaluation.canceling'
        | 'evaluation.canceled'
        | 'model.created'
        | 'model.failed'
        | 'model.deleted'
        | 'model.alias_set'
        | 'model.alias_removed'
        | 'dataset.ready'
        | 'dataset.invalid'
        | 'schedule.fired'
        | 'schedule.skipped'
        | 'webhook.test';
      /**
       * @description `pending`: an attempt is to come or under way. More values may be added.
       * @enum {string}
       */
      state: 'pending' | 'delivered' | 'failed';
      attempts: number;
      lastStatus: number | null;
      lastError: string | null;
      /** Format: date-time */
      createdAt: string;
      /** Format: date-time */
      lastAttemptAt: string | null;
      /** Format: date-time */
      nextAttemptAt: string | null;
      /** Format: date-time */
      deliveredAt: string | null;
      urls: {
        self: string;
        redeliver: string;
      };
      /** @description What is sent, byte for byte. */
      body: string;
      /** @description The newest 100, oldest of them first. */
      attemptLog: {
        number: number;
        /** Format: date-time */
        at: string;
        durationMs: number;
        status: number | null;
        error: string | null;
        /** @description Start of the answer's body. */
        answer: string | null;
      }[];
    };
    /** @description Answer to `GET /webhooks/:id/deliveries`: newest first. */
    WebhookDeliveryList: {
      deliveries: components['schemas']['WebhookDelivery'][];
      next: string | null;
    };
    /** @description Answer to `GET /webhooks`: newest first. */
    WebhookList: {
      webhooks: components['schemas']['Webhook'][];
      next: string | null;
    };
    /** @description Answer that shows the secret: to its creation and its rotation, once. */
    WebhookWithSecret: {
      id: string;
      /** @description The run or evaluation that brought it; null: registered for all. */
      runId: string | null;
      /** @description A user name and a password in it are shown as `***`. */
      url: string;
      description: string;
      /** @description null: all. */
      events: string[] | null;
      labels: {
        [key: string]: string;
      } | null;
      /**
       * @description `failing`: no attempt has succeeded since `failingSince`. More values may be added.
       * @enum {string}
       */
      state: 'enabled' | 'failing' | 'disabled';
      /** @description `by_request`, `gone` (it answered 410) or `failing` (nothing but failures for five days). */
      disabledReason: ('by_request' | 'gone' | 'failing') | null;
      /** Format: date-time */
      disabledAt: string | null;
      /** Format: date-time */
      failingSince: string | null;
      /**
       * Format: date-time
       * @description It asked to be called more slowly: nothing is sent before.
       */
      throttledUntil: string | null;
      /**
       * Format: date-time
       * @description So long deliveries are signed with the secret before, too.
       */
      overlapUntil: string | null;
      /** Format: date-time */
      createdAt: string;
      /** Format: date-time */
      updatedAt: string;
      urls: {
        self: string;
        deliveries: string;
        test: string;
        replay: string;
        rotateSecret: string;
      };
      /** @description null in a replayed answer. */
      secret: string | null;
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
    /** @description Any other problem; see `code`. */
    Problem416: {
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
    /** @description The `ETag` of the file that is there: 304 when it is this one */
    IfNoneMatch: string;
    /** @description The `ETag` of the part that is there: another file is sent whole */
    IfRange: string;
    /** @description Go on after this event */
    LastEventID: string;
    /** @description One range of bytes: `bytes=0-99`, `bytes=100-`, `bytes=-100` */
    Range: string;
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
        /** @description Only those with this label, `key:value`; repeated: with all of them */
        label?: string[];
        /** @description Only those whose name begins with this */
        name?: string;
        /** @description Only those created at this time or later */
        createdAfter?: string;
        /** @description Only those created before this time */
        createdBefore?: string;
        /** @description Only those of this network */
        network?:
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
        /** @description Only those of this recipe */
        recipe?: string;
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
      query?: {
        /** @description True: nothing is created; the answer is what the run would be and need */
        validate?: boolean;
        /** @description Identities of the data set, for the estimate */
        identities?: number;
        /** @description Images of the data set, for the estimate */
        images?: number;
      };
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
      /** @description With `validate=true`: it would be created. Nothing was written. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DryRun'];
        };
      };
      /** @description Success */
      202: {
        headers: {
          /** @description The run */
          Location?: string;
          /** @description `true` when this is the answer to an earlier request */
          'Idempotent-Replayed'?: string;
          /** @description Revision of the resource, for If-Match */
          ETag?: string;
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
          /** @description Revision of the resource, for If-Match */
          ETag?: string;
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
  'runs.update': {
    parameters: {
      query?: never;
      header?: {
        /** @description The `ETag` that was seen: the change is refused with 412 when the resource has changed since. */
        'If-Match'?: components['parameters']['IfMatch'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['UpdateRun'];
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
          'application/json': components['schemas']['Run'];
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
      query?: {
        /** @description Deliveries per page */
        limit?: number;
        /** @description Opaque; part of `next` of the page before */
        cursor?: components['parameters']['cursor'];
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
          'application/json': components['schemas']['DeliveryList'];
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
  'runs.resume': {
    parameters: {
      query?: never;
      header?: {
        /** @description Repeats with the same key and body within 24 hours create nothing and get the first answer without its secrets. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': components['schemas']['FollowUp'];
      };
    };
    responses: {
      /** @description Success */
      202: {
        headers: {
          /** @description The new run */
          Location?: string;
          /** @description `true` when this is the answer to an earlier request */
          'Idempotent-Replayed'?: string;
          /** @description Revision of the resource, for If-Match */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CreatedRun'];
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
      default: components['responses']['AnyProblem'];
    };
  };
  'runs.clone': {
    parameters: {
      query?: never;
      header?: {
        /** @description Repeats with the same key and body within 24 hours create nothing and get the first answer without its secrets. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': components['schemas']['FollowUp'];
      };
    };
    responses: {
      /** @description Success */
      202: {
        headers: {
          /** @description The new run */
          Location?: string;
          /** @description `true` when this is the answer to an earlier request */
          'Idempotent-Replayed'?: string;
          /** @description Revision of the resource, for If-Match */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CreatedRun'];
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
          'text/event-stream': unknown;
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
        /** @description Only those with this label, `key:value`; repeated: with all of them */
        label?: string[];
        /** @description Only those whose name begins with this */
        name?: string;
        /** @description Only those created at this time or later */
        createdAfter?: string;
        /** @description Only those created before this time */
        createdBefore?: string;
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
          /** @description Revision of the resource, for If-Match */
          ETag?: string;
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
          /** @description Revision of the resource, for If-Match */
          ETag?: string;
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
  'evaluations.update': {
    parameters: {
      query?: never;
      header?: {
        /** @description The `ETag` that was seen: the change is refused with 412 when the resource has changed since. */
        'If-Match'?: components['parameters']['IfMatch'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['UpdateRun'];
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
          'application/json': components['schemas']['Evaluation'];
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
          'text/event-stream': unknown;
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
      query?: {
        /** @description Deliveries per page */
        limit?: number;
        /** @description Opaque; part of `next` of the page before */
        cursor?: components['parameters']['cursor'];
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
          'application/json': components['schemas']['DeliveryList'];
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
  'models.list': {
    parameters: {
      query?: {
        /** @description Entries per page */
        limit?: components['parameters']['limit'];
        /** @description Opaque; part of `next` of the page before */
        cursor?: components['parameters']['cursor'];
        /** @description Only those of this run */
        run?: string;
        /** @description Only versions of this name */
        name?: string;
        /** @description Only who holds this alias */
        alias?: string;
        /** @description Only those with this label, `key:value`; repeated: with all of them */
        label?: string[];
        /** @description Only of this network */
        network?: string;
        /** @description Only in this state */
        state?: 'importing' | 'ready' | 'failed';
        /** @description `true`: only those that were better than all before them in their run */
        best?: boolean;
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
  'models.import': {
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
        'application/json': components['schemas']['ImportModel'];
      };
    };
    responses: {
      /** @description Success */
      202: {
        headers: {
          /** @description The model */
          Location?: string;
          /** @description `true` when this is the answer to an earlier request */
          'Idempotent-Replayed'?: string;
          /** @description Revision of the resource, for If-Match */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['StoredModel'];
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
          /** @description Revision of the resource, for If-Match */
          ETag?: string;
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
  'models.delete': {
    parameters: {
      query?: never;
      header?: {
        /** @description The `ETag` that was seen: the change is refused with 412 when the resource has changed since. */
        'If-Match'?: components['parameters']['IfMatch'];
      };
      path: {
        id: string;
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
      400: components['responses']['Malformed'];
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      409: components['responses']['Conflict'];
      412: components['responses']['PreconditionFailed'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'models.update': {
    parameters: {
      query?: never;
      header?: {
        /** @description The `ETag` that was seen: the change is refused with 412 when the resource has changed since. */
        'If-Match'?: components['parameters']['IfMatch'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['UpdateModel'];
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
          'application/json': components['schemas']['StoredModel'];
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
  'models.compare': {
    parameters: {
      query: {
        /** @description The other model: `mdl_...`, `name@alias` or `name@version` */
        with: string;
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
          'application/json': components['schemas']['ModelComparison'];
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
  'models.getAlias': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
        alias: string;
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
          'application/json': components['schemas']['ModelAlias'];
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
  'models.setAlias': {
    parameters: {
      query?: never;
      header?: {
        /** @description The `ETag` that was seen: the change is refused with 412 when the resource has changed since. */
        'If-Match'?: components['parameters']['IfMatch'];
      };
      path: {
        id: string;
        alias: string;
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
          'application/json': components['schemas']['ModelAlias'];
        };
      };
      400: components['responses']['Malformed'];
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      409: components['responses']['Conflict'];
      412: components['responses']['PreconditionFailed'];
      422: components['responses']['Invalid'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'models.removeAlias': {
    parameters: {
      query?: never;
      header?: {
        /** @description The `ETag` that was seen: the change is refused with 412 when the resource has changed since. */
        'If-Match'?: components['parameters']['IfMatch'];
      };
      path: {
        id: string;
        alias: string;
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
      400: components['responses']['Malformed'];
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      412: components['responses']['PreconditionFailed'];
      422: components['responses']['Invalid'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'models.aliasHolders': {
    parameters: {
      query?: {
        /** @description Entries per page */
        limit?: components['parameters']['limit'];
        /** @description Opaque; part of `next` of the page before */
        cursor?: components['parameters']['cursor'];
      };
      header?: never;
      path: {
        id: string;
        alias: string;
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
          'application/json': components['schemas']['AliasHolderList'];
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
  'models.files': {
    parameters: {
      query?: {
        /** @description Default: as it is stored */
        format?: 'arcfleet' | 'torch' | 'safetensors' | 'onnx' | 'mxnet';
        /** @description `true`: an export that failed is tried again */
        retry?: boolean;
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
          'application/json': components['schemas']['ModelFiles'];
        };
      };
      /** @description A worker is making them; ask again when the task has ended */
      202: {
        headers: {
          /** @description The task */
          Location?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['PendingFiles'];
        };
      };
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      409: components['responses']['Conflict'];
      422: components['responses']['Invalid'];
      429: components['responses']['RateLimited'];
      500: components['responses']['Failed'];
      503: components['responses']['Unavailable'];
      default: components['responses']['AnyProblem'];
    };
  };
  'models.download': {
    parameters: {
      query?: never;
      header?: {
        /** @description One range of bytes: `bytes=0-99`, `bytes=100-`, `bytes=-100` */
        Range?: components['parameters']['Range'];
        /** @description The `ETag` of the part that is there: another file is sent whole */
        'If-Range'?: components['parameters']['IfRange'];
        /** @description The `ETag` of the file that is there: 304 when it is this one */
        'If-None-Match'?: components['parameters']['IfNoneMatch'];
      };
      path: {
        id: string;
        format: 'arcfleet' | 'torch' | 'safetensors' | 'onnx' | 'mxnet';
        file: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Success */
      200: {
        headers: {
          /** @description SHA-256 of the file */
          ETag?: string;
          /** @description SHA-256 of the whole file as RFC 9530 has it: `sha-256=:<base64>:` */
          'Repr-Digest'?: string;
          /** @description Name to save it under */
          'Content-Disposition'?: string;
          /** @description `bytes` */
          'Accept-Ranges'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/octet-stream': string;
        };
      };
      /** @description The range that was asked for */
      206: {
        headers: {
          /** @description Which bytes of how many */
          'Content-Range'?: string;
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description The client has it */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      409: components['responses']['Conflict'];
      416: components['responses']['Problem416'];
      429: components['responses']['RateLimited'];
      500: components['responses']['Failed'];
      503: components['responses']['Unavailable'];
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
        /** @description Only those with this label, `key:value`; repeated: with all of them */
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
        'application/json': components['schemas']['UpdateDataset'];
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
          'text/event-stream': unknown;
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
          'text/event-stream': unknown;
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
          'text/event-stream': unknown;
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
          'text/event-stream': unknown;
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
  'webhooks.list': {
    parameters: {
      query?: {
        /** @description Entries per page */
        limit?: components['parameters']['limit'];
        /** @description Opaque; part of `next` of the page before */
        cursor?: components['parameters']['cursor'];
        /** @description Those that this run or evaluation brought, not those that are registered for all */
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
          'application/json': components['schemas']['WebhookList'];
        };
      };
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      422: components['responses']['Invalid'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'webhooks.create': {
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
        'application/json': components['schemas']['CreateWebhook'];
      };
    };
    responses: {
      /** @description Success */
      201: {
        headers: {
          /** @description The webhook */
          Location?: string;
          /** @description `true` when this is the answer to an earlier request */
          'Idempotent-Replayed'?: string;
          /** @description Revision of the resource, for If-Match */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['WebhookWithSecret'];
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
  'webhooks.get': {
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
          /** @description Revision of the resource, for If-Match */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Webhook'];
        };
      };
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'webhooks.delete': {
    parameters: {
      query?: never;
      header?: {
        /** @description The `ETag` that was seen: the change is refused with 412 when the resource has changed since. */
        'If-Match'?: components['parameters']['IfMatch'];
      };
      path: {
        id: string;
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
      400: components['responses']['Malformed'];
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      412: components['responses']['PreconditionFailed'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'webhooks.update': {
    parameters: {
      query?: never;
      header?: {
        /** @description The `ETag` that was seen: the change is refused with 412 when the resource has changed since. */
        'If-Match'?: components['parameters']['IfMatch'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['UpdateWebhook'];
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
          'application/json': components['schemas']['Webhook'];
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
  'webhooks.rotateSecret': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': components['schemas']['RotateSecret'];
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
          'application/json': components['schemas']['WebhookWithSecret'];
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
      default: components['responses']['AnyProblem'];
    };
  };
  'webhooks.enable': {
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
          /** @description Revision of the resource, for If-Match */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Webhook'];
        };
      };
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'webhooks.disable': {
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
          /** @description Revision of the resource, for If-Match */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Webhook'];
        };
      };
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'webhooks.test': {
    parameters: {
      query?: never;
      header?: {
        /** @description Repeats with the same key and body within 24 hours create nothing and get the first answer without its secrets. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
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
          /** @description The delivery */
          Location?: string;
          /** @description `true` when this is the answer to an earlier request */
          'Idempotent-Replayed'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['WebhookDelivery'];
        };
      };
      400: components['responses']['Malformed'];
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      409: components['responses']['Conflict'];
      422: components['responses']['Invalid'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'webhooks.deliveries': {
    parameters: {
      query?: {
        /** @description Entries per page */
        limit?: components['parameters']['limit'];
        /** @description Opaque; part of `next` of the page before */
        cursor?: components['parameters']['cursor'];
        /** @description Only these */
        state?: 'pending' | 'delivered' | 'failed';
        /** @description Only of this event */
        event?:
          | 'run.queued'
          | 'run.started'
          | 'run.verified'
          | 'run.checkpointed'
          | 'run.restarting'
          | 'run.succeeded'
          | 'run.failed'
          | 'run.canceling'
          | 'run.canceled'
          | 'evaluation.queued'
          | 'evaluation.started'
          | 'evaluation.scored'
          | 'evaluation.regressed'
          | 'evaluation.restarting'
          | 'evaluation.completed'
          | 'evaluation.failed'
          | 'evaluation.canceling'
          | 'evaluation.canceled'
          | 'model.created'
          | 'model.failed'
          | 'model.deleted'
          | 'model.alias_set'
          | 'model.alias_removed'
          | 'dataset.ready'
          | 'dataset.invalid'
          | 'schedule.fired'
          | 'schedule.skipped'
          | 'webhook.test';
        /** @description Only what happened since then */
        since?: string;
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
          'application/json': components['schemas']['WebhookDeliveryList'];
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
  'webhooks.replay': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['ReplayWebhook'];
      };
    };
    responses: {
      /** @description Success */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Replay'];
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
      default: components['responses']['AnyProblem'];
    };
  };
  'deliveries.get': {
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
          'application/json': components['schemas']['WebhookDeliveryDetails'];
        };
      };
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'deliveries.redeliver': {
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
          'application/json': components['schemas']['WebhookDelivery'];
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
  'schedules.list': {
    parameters: {
      query?: {
        /** @description Entries per page */
        limit?: components['parameters']['limit'];
        /** @description Opaque; part of `next` of the page before */
        cursor?: components['parameters']['cursor'];
        /** @description Only those that are paused, or that are not */
        paused?: boolean;
        /** @description Only the one of this name */
        name?: string;
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
          'application/json': components['schemas']['ScheduleList'];
        };
      };
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      422: components['responses']['Invalid'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'schedules.create': {
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
        'application/json': components['schemas']['CreateSchedule'];
      };
    };
    responses: {
      /** @description Success */
      201: {
        headers: {
          /** @description The schedule */
          Location?: string;
          /** @description `true` when this is the answer to an earlier request */
          'Idempotent-Replayed'?: string;
          /** @description Revision of the resource, for If-Match */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Schedule'];
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
  'schedules.get': {
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
          /** @description Revision of the resource, for If-Match */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Schedule'];
        };
      };
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'schedules.delete': {
    parameters: {
      query?: never;
      header?: {
        /** @description The `ETag` that was seen: the change is refused with 412 when the resource has changed since. */
        'If-Match'?: components['parameters']['IfMatch'];
      };
      path: {
        id: string;
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
      400: components['responses']['Malformed'];
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      412: components['responses']['PreconditionFailed'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'schedules.update': {
    parameters: {
      query?: never;
      header?: {
        /** @description The `ETag` that was seen: the change is refused with 412 when the resource has changed since. */
        'If-Match'?: components['parameters']['IfMatch'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['UpdateSchedule'];
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
          'application/json': components['schemas']['Schedule'];
        };
      };
      400: components['responses']['Malformed'];
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      409: components['responses']['Conflict'];
      412: components['responses']['PreconditionFailed'];
      413: components['responses']['TooLarge'];
      415: components['responses']['NotJson'];
      422: components['responses']['Invalid'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'schedules.pause': {
    parameters: {
      query?: never;
      header?: {
        /** @description The `ETag` that was seen: the change is refused with 412 when the resource has changed since. */
        'If-Match'?: components['parameters']['IfMatch'];
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
          /** @description Revision of the resource, for If-Match */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Schedule'];
        };
      };
      400: components['responses']['Malformed'];
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      412: components['responses']['PreconditionFailed'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'schedules.resume': {
    parameters: {
      query?: never;
      header?: {
        /** @description The `ETag` that was seen: the change is refused with 412 when the resource has changed since. */
        'If-Match'?: components['parameters']['IfMatch'];
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
          /** @description Revision of the resource, for If-Match */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Schedule'];
        };
      };
      400: components['responses']['Malformed'];
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      412: components['responses']['PreconditionFailed'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'schedules.run': {
    parameters: {
      query?: never;
      header?: {
        /** @description Repeats with the same key and body within 24 hours create nothing and get the first answer without its secrets. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
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
          /** @description The fires of the schedule */
          Location?: string;
          /** @description `true` when this is the answer to an earlier request */
          'Idempotent-Replayed'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Fire'];
        };
      };
      400: components['responses']['Malformed'];
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      409: components['responses']['Conflict'];
      422: components['responses']['Invalid'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'schedules.fires': {
    parameters: {
      query?: {
        /** @description Entries per page */
        limit?: components['parameters']['limit'];
        /** @description Opaque; part of `next` of the page before */
        cursor?: components['parameters']['cursor'];
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
          'application/json': components['schemas']['FireList'];
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
  'keys.list': {
    parameters: {
      query?: {
        /** @description Entries per page */
        limit?: components['parameters']['limit'];
        /** @description Opaque; part of `next` of the page before */
        cursor?: components['parameters']['cursor'];
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
          'application/json': components['schemas']['KeyList'];
        };
      };
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      422: components['responses']['Invalid'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'keys.create': {
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
        'application/json': components['schemas']['CreateKey'];
      };
    };
    responses: {
      /** @description Success */
      201: {
        headers: {
          /** @description The key */
          Location?: string;
          /** @description `true` when this is the answer to an earlier request */
          'Idempotent-Replayed'?: string;
          /** @description Revision of the resource, for If-Match */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['KeyWithToken'];
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
  'keys.me': {
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
          /** @description Revision of the resource, for If-Match */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Key'];
        };
      };
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'keys.get': {
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
          /** @description Revision of the resource, for If-Match */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Key'];
        };
      };
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'keys.revoke': {
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
  'keys.update': {
    parameters: {
      query?: never;
      header?: {
        /** @description The `ETag` that was seen: the change is refused with 412 when the resource has changed since. */
        'If-Match'?: components['parameters']['IfMatch'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['UpdateKey'];
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
          'application/json': components['schemas']['Key'];
        };
      };
      400: components['responses']['Malformed'];
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      404: components['responses']['NotFound'];
      409: components['responses']['Conflict'];
      412: components['responses']['PreconditionFailed'];
      413: components['responses']['TooLarge'];
      415: components['responses']['NotJson'];
      422: components['responses']['Invalid'];
      429: components['responses']['RateLimited'];
      default: components['responses']['AnyProblem'];
    };
  };
  'keys.rotate': {
    parameters: {
      query?: never;
      header?: {
        /** @description Repeats with the same key and body within 24 hours create nothing and get the first answer without its secrets. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': components['schemas']['RotateKey'];
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
          'application/json': components['schemas']['KeyWithToken'];
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
      default: components['responses']['AnyProblem'];
    };
  };
  'audit.list': {
    parameters: {
      query?: {
        /** @description Entries per page */
        limit?: components['parameters']['limit'];
        /** @description Opaque; part of `next` of the page before */
        cursor?: components['parameters']['cursor'];
        /** @description Only what this key did */
        actor?: string;
        /** @description Only what was done to this */
        resource?: string;
        /** @description Only this operation */
        action?: string;
        /** @description From this time on */
        since?: string;
        /** @description Before this time */
        until?: string;
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
          'application/json': components['schemas']['AuditList'];
        };
      };
      401: components['responses']['Unauthorized'];
      403: components['responses']['Forbidden'];
      422: components['responses']['Invalid'];
      429: components['responses']['RateLimited'];
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
            seq: number;
            /**
             * @description More values may be added.
             * @enum {string}
             */
            status: 'queued' | 'starting' | 'running' | 'succeeded' | 'failed' | 'canceling' | 'canceled';
            reason: string;
            message: string;
            generation: number;
            error?: {
              code: string;
              message: string;
            } & {
              [key: string]: unknown;
            };
            omitted?: string[];
          } & {
            [key: string]: unknown;
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
            seq: number;
            /**
             * @description More values may be added.
             * @enum {string}
             */
            status: 'queued' | 'starting' | 'running' | 'succeeded' | 'failed' | 'canceling' | 'canceled';
            reason: string;
            message: string;
            generation: number;
            error?: {
              code: string;
              message: string;
            } & {
              [key: string]: unknown;
            };
            omitted?: string[];
          } & {
            [key: string]: unknown;
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
            seq: number;
            step: number;
            /**
             * @description More values may be added.
             * @enum {string}
             */
            subject: 'model' | 'pixels';
            target: string;
            scores?: {
              numPairs: number;
              accuracy: number;
              std: number;
              threshold: number;
              xnorm: number;
              tarAtFar: {
                [key: string]: {
                  tar: number;
                  far: number;
                  threshold: number;
                };
              };
            };
            omitted?: string[];
          } & {
            [key: string]: unknown;
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
            seq: number;
            step: number;
            folder: string;
            omitted?: string[];
          } & {
            [key: string]: unknown;
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
            seq: number;
            /**
             * @description More values may be added.
             * @enum {string}
             */
            status: 'queued' | 'starting' | 'running' | 'succeeded' | 'failed' | 'canceling' | 'canceled';
            reason: string;
            message: string;
            generation: number;
            error?: {
              code: string;
              message: string;
            } & {
              [key: string]: unknown;
            };
            omitted?: string[];
          } & {
            [key: string]: unknown;
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
            seq: number;
            /**
             * @description More values may be added.
             * @enum {string}
             */
            status: 'queued' | 'starting' | 'running' | 'succeeded' | 'failed' | 'canceling' | 'canceled';
            reason: string;
            message: string;
            generation: number;
            error?: {
              code: string;
              message: string;
            } & {
              [key: string]: unknown;
            };
            omitted?: string[];
          } & {
            [key: string]: unknown;
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
            seq: number;
            /**
             * @description More values may be added.
             * @enum {string}
             */
            status: 'queued' | 'starting' | 'running' | 'succeeded' | 'failed' | 'canceling' | 'canceled';
            reason: string;
            message: string;
            generation: number;
            error?: {
              code: string;
              message: string;
            } & {
              [key: string]: unknown;
            };
            omitted?: string[];
          } & {
            [key: string]: unknown;
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
            seq: number;
            /**
             * @description More values may be added.
             * @enum {string}
             */
            status: 'queued' | 'starting' | 'running' | 'succeeded' | 'failed' | 'canceling' | 'canceled';
            reason: string;
            message: string;
            generation: number;
            error?: {
              code: string;
              message: string;
            } & {
              [key: string]: unknown;
            };
            omitted?: string[];
          } & {
            [key: string]: unknown;
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
            seq: number;
            /**
             * @description More values may be added.
             * @enum {string}
             */
            status: 'queued' | 'starting' | 'running' | 'succeeded' | 'failed' | 'canceling' | 'canceled';
            reason: string;
            message: string;
            generation: number;
            error?: {
              code: string;
              message: string;
            } & {
              [key: string]: unknown;
            };
            omitted?: string[];
          } & {
            [key: string]: unknown;
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
            seq: number;
            /**
             * @description More values may be added.
             * @enum {string}
             */
            status: 'queued' | 'starting' | 'running' | 'succeeded' | 'failed' | 'canceling' | 'canceled';
            reason: string;
            message: string;
            generation: number;
            error?: {
              code: string;
              message: string;
            } & {
              [key: string]: unknown;
            };
            omitted?: string[];
          } & {
            [key: string]: unknown;
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
            seq: number;
            /**
             * @description More values may be added.
             * @enum {string}
             */
            status: 'queued' | 'starting' | 'running' | 'succeeded' | 'failed' | 'canceling' | 'canceled';
            reason: string;
            message: string;
            generation: number;
            error?: {
              code: string;
              message: string;
            } & {
              [key: string]: unknown;
            };
            omitted?: string[];
          } & {
            [key: string]: unknown;
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
            seq: number;
            step: number;
            totalSteps: number;
            target: string;
            scores?:
              | {
                  /** @constant */
                  protocol: 'verification';
                  numPairs: number;
                  accuracy: number;
                  std: number;
                  threshold: number;
                  xnorm: number;
                  tarAtFar: {
                    [key: string]: {
                      tar: number;
                      far: number;
                      threshold: number;
                    };
                  };
                  interval: {
                    low: number;
                    high: number;
                    level: number;
                  } | null;
                  areaUnderRoc: number;
                }
              | {
                  /** @constant */
                  protocol: 'identification';
                  numProbes: number;
                  numIdentities: number;
                  numDistractors: number;
                  rank1Accuracy: number;
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
            omitted?: string[];
          } & {
            [key: string]: unknown;
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
            seq: number;
            modelId: string;
            count: number;
            regressions?: ({
              target: string;
              metric: string;
            } & {
              [key: string]: unknown;
            })[];
            omitted?: string[];
          } & {
            [key: string]: unknown;
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
            seq: number;
            /**
             * @description More values may be added.
             * @enum {string}
             */
            status: 'queued' | 'starting' | 'running' | 'succeeded' | 'failed' | 'canceling' | 'canceled';
            reason: string;
            message: string;
            generation: number;
            error?: {
              code: string;
              message: string;
            } & {
              [key: string]: unknown;
            };
            omitted?: string[];
          } & {
            [key: string]: unknown;
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
            seq: number;
            /**
             * @description More values may be added.
             * @enum {string}
             */
            status: 'queued' | 'starting' | 'running' | 'succeeded' | 'failed' | 'canceling' | 'canceled';
            reason: string;
            message: string;
            generation: number;
            error?: {
              code: string;
              message: string;
            } & {
              [key: string]: unknown;
            };
            omitted?: string[];
          } & {
            [key: string]: unknown;
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
            seq: number;
            /**
             * @description More values may be added.
             * @enum {string}
             */
            status: 'queued' | 'starting' | 'running' | 'succeeded' | 'failed' | 'canceling' | 'canceled';
            reason: string;
            message: string;
            generation: number;
            error?: {
              code: string;
              message: string;
            } & {
              [key: string]: unknown;
            };
            omitted?: string[];
          } & {
            [key: string]: unknown;
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
            seq: number;
            /**
             * @description More values may be added.
             * @enum {string}
             */
            status: 'queued' | 'starting' | 'running' | 'succeeded' | 'failed' | 'canceling' | 'canceled';
            reason: string;
            message: string;
            generation: number;
            error?: {
              code: string;
              message: string;
            } & {
              [key: string]: unknown;
            };
            omitted?: string[];
          } & {
            [key: string]: unknown;
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
            seq: number;
            /**
             * @description More values may be added.
             * @enum {string}
             */
            status: 'queued' | 'starting' | 'running' | 'succeeded' | 'failed' | 'canceling' | 'canceled';
            reason: string;
            message: string;
            generation: number;
            error?: {
              code: string;
              message: string;
            } & {
              [key: string]: unknown;
            };
            omitted?: string[];
          } & {
            [key: string]: unknown;
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
          data: {
            modelId: string;
            name: string;
            version: number;
            source: string;
            runId?: string;
            taskId?: string;
            omitted?: string[];
          } & {
            [key: string]: unknown;
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
          data: {
            modelId: string;
            name: string;
            version: number;
            taskId: string;
            error?: {
              code: string;
              message: string;
            } & {
              [key: string]: unknown;
            };
            omitted?: string[];
          } & {
            [key: string]: unknown;
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
          data: {
            modelId: string;
            name: string;
            version: number;
            omitted?: string[];
          } & {
            [key: string]: unknown;
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
          data: {
            modelId: string;
            name: string;
            version: number;
            alias: string;
            number: number;
            previous?:
              | ({
                  modelId: string;
                  version: number;
                } & {
                  [key: string]: unknown;
                })
              | null;
            omitted?: string[];
          } & {
            [key: string]: unknown;
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
          data: {
            modelId: string;
            name: string;
            version: number;
            alias: string;
            number: number;
            omitted?: string[];
          } & {
            [key: string]: unknown;
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
          data: {
            datasetId: string;
            name: string;
            ref: string;
            registeredAs: string;
            images: number;
            identities: number;
            targets?: string[];
            omitted?: string[];
          } & {
            [key: string]: unknown;
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
          data: {
            datasetId: string;
            name: string;
            state: string;
            numProblems: number;
            problem?: string;
            omitted?: string[];
          } & {
            [key: string]: unknown;
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
          data: {
            scheduleId: string;
            name: string;
            outcome: string;
            reason: string;
            fireId: string;
            scheduledAt: string;
            trigger: string;
            message: string;
            revision: number;
            evaluations?: string[];
            omitted?: string[];
          } & {
            [key: string]: unknown;
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
          data: {
            scheduleId: string;
            name: string;
            outcome: string;
            reason: string;
            fireId?: string;
            scheduledAt?: string;
            trigger?: string;
            message?: string;
            revision?: number;
            evaluations?: string[];
            count?: number;
            from?: string;
            to?: string;
            omitted?: string[];
          } & {
            [key: string]: unknown;
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
          data: {
            webhookId: string;
            message: string;
            omitted?: string[];
          } & {
            [key: string]: unknown;
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
}
