// Made by `npm run openapi`; not edited by hand.
import type { Descriptions } from './components.js';

/** What the comments of schemas say; the document carries it. */
export const DESCRIPTIONS: Descriptions = {
  AliasHolderList: {
    '': 'Answer to `GET /models/:id/aliases/:alias/holders`: newest first.',
    '/properties/holders/items/properties/until': 'null: it holds it now.',
  },
  AuditList: {
    '': 'Answer to `GET /audit`: newest first.',
    '/properties/events/items/properties/actor': 'Id of the key that asked, or `system`.',
    '/properties/events/items/properties/action': 'Operation, as the OpenAPI document names it.',
    '/properties/events/items/properties/details': 'What changed, without secrets.',
  },
  CreateEmbeddings: {
    '': 'Body of `POST /models/:id/embeddings`.',
    '/properties/images/items/properties/data': 'JPEG or PNG, base64.',
    '/properties/images/items/properties/landmarks':
      'Left eye, right eye, nose, left and right corner of the mouth, in pixels: the face is aligned by them.',
    '/properties/unaligned': "What to do with an image that is neither of the model's size nor has landmarks.",
    '/properties/flip': 'Add the embedding of the mirrored image.',
    '/properties/normalize': 'Scale to length 1.',
  },
  CreateEvaluation: {
    '': 'Body of `POST /evaluations`.',
    '/properties/targets': 'Default: every verification set of a registered data set.',
    '/properties/flip': 'Add the embedding of the mirrored image.',
    '/properties/unaligned':
      "What to do with an image that is no aligned face of the model's size: templates have landmarks, other images need that size.",
    '/properties/batchSize': 'Images that are embedded at once.',
    '/properties/bootstrap': 'Resamples of the intervals; 0: none.',
    '/properties/faults/properties/maxRestarts': 'Restarts without a new checkpoint in between before the run fails.',
    '/properties/faults/properties/graceMs': 'How long ranks may take to stop by themselves after a cancel.',
    '/properties/dataset':
      'Where the verification sets lie that are given by name: a folder, or a registered data set as `name@digest`, name or id.',
  },
  CreateKey: { '': 'Body of `POST /keys`.' },
  CreateRun: {
    '': 'Body of `POST /runs`: a run configuration, and where to send webhooks.',
    '/properties/dataset/properties/height':
      'Size in pixels to which a folder of images is decoded; default 112. A recorded set says its own.',
    '/properties/dataset/properties/mirror': 'Mirror each image with probability 0.5.',
    '/properties/dataset/properties/augmentation/properties/resize':
      "Probability of making an image smaller, to 50 to 79 % of its side, and back. arcface_torch's `dali_aug`: 0.1.",
    '/properties/dataset/properties/augmentation/properties/blur':
      'Probability of a Gaussian blur over 3 or 5 pixels. `dali_aug`: 0.2.',
    '/properties/dataset/properties/augmentation/properties/hsv':
      'Probability of turning the hue by 0 to 20 degrees and raising the saturation by up to 20 %. `dali_aug`: 0.2.',
    '/properties/dataset/properties/augmentation/properties/grey': 'Probability of taking the colours away. `dali_aug`: 0.1.',
    '/properties/dataset/properties/augmentation/properties/jpeg':
      "Probability of a JPEG encoding at a quality of 2 to 20. InsightFace's `data_color` 2: 0.5.",
    '/properties/dataset/properties/augmentation/properties/colorJitter':
      'Brightness, contrast and saturation, in random order, each by a factor of 1 - that to 1 + that. `data_color` 1 and 2: 0.125.',
    '/properties/dataset/properties/augmentation/properties/cutoff':
      "Side in pixels of a square at a random place that is filled with 128, with probability 0.5. InsightFace's `data_cutoff`.",
    '/properties/dataset/properties/minImagesPerIdentity':
      "Identities with fewer images are left out; labels stay as they are. InsightFace's `data_images_filter`.",
    '/properties/dataset/properties/workers': "Threads that decode, per rank. Default: the rank's share of the cores, at most 4.",
    '/properties/dataset/properties/prefetch': 'Batches that are decoded ahead of the one that is computed on.',
    '/properties/network/properties/embeddingSize': "Defaults to the network's own size.",
    '/properties/network/properties/output': "Output layers by InsightFace's code; defaults to the network's own.",
    '/properties/network/properties/dropout': "Drop rate where the output layers have dropout; defaults to the network's own.",
    '/properties/network/properties/squeezeExcitation': 'Squeeze-and-excitation in the residual units of the r networks.',
    '/properties/network/properties/pixelScale':
      "Factor on pixels less 127.5; defaults to the network's own. 1/127.5 goes on with weights of arcface_torch.",
    '/properties/network/properties/epsilon':
      "Epsilon of every batch norm of an r network or a MobileFaceNet; defaults to the network's own.",
    '/properties/network/properties/frozen':
      'True: the backbone is not trained, only the head is; its batch norms use their running statistics.',
    '/properties/pretrained/properties/path':
      'Folder of a model, or the prefix of its files as InsightFace writes it (`.../model`, or `.../model,1`).',
    '/properties/pretrained/properties/model': 'A stored model: `mdl_...`, `name@alias` or `name@version`.',
    '/properties/pretrained/properties/epoch': 'Number in the file name, where the path is a prefix.',
    '/properties/pretrained/properties/newOutput':
      'True: only the body is taken and the output layers start anew, so that embedding size and output may differ.',
    '/properties/loss/oneOf/0/properties/scale': 's: logits are s times the cosine.',
    '/properties/loss/oneOf/0/properties/subCenters':
      'K of sub-center ArcFace: rows of W per class; the logit is that of the nearest one.',
    '/properties/loss/oneOf/0/properties/interclassFilteringThreshold':
      "Cosines of other classes above this count as 0, for noisy labels (arcface_torch's option of that name). null: off.",
    '/properties/loss/oneOf/0/properties/gradient':
      '`exact` is the true derivative of the margin; `straight-through` is what arcface_torch does.',
    '/properties/loss/oneOf/0/properties/margin': 'm2.',
    '/properties/loss/oneOf/1/properties/scale': 's: logits are s times the cosine.',
    '/properties/loss/oneOf/1/properties/subCenters':
      'K of sub-center ArcFace: rows of W per class; the logit is that of the nearest one.',
    '/properties/loss/oneOf/1/properties/interclassFilteringThreshold':
      "Cosines of other classes above this count as 0, for noisy labels (arcface_torch's option of that name). null: off.",
    '/properties/loss/oneOf/1/properties/gradient':
      '`exact` is the true derivative of the margin; `straight-through` is what arcface_torch does.',
    '/properties/loss/oneOf/1/properties/margin': 'm3.',
    '/properties/loss/oneOf/2/properties/scale': 's: logits are s times the cosine.',
    '/properties/loss/oneOf/2/properties/subCenters':
      'K of sub-center ArcFace: rows of W per class; the logit is that of the nearest one.',
    '/properties/loss/oneOf/2/properties/interclassFilteringThreshold':
      "Cosines of other classes above this count as 0, for noisy labels (arcface_torch's option of that name). null: off.",
    '/properties/loss/oneOf/2/properties/gradient':
      '`exact` is the true derivative of the margin; `straight-through` is what arcface_torch does.',
    '/properties/loss/oneOf/3/properties/scale': 's: logits are s times the cosine.',
    '/properties/loss/oneOf/3/properties/subCenters':
      'K of sub-center ArcFace: rows of W per class; the logit is that of the nearest one.',
    '/properties/loss/oneOf/3/properties/interclassFilteringThreshold':
      "Cosines of other classes above this count as 0, for noisy labels (arcface_torch's option of that name). null: off.",
    '/properties/loss/oneOf/4/properties/bias': 'One bias per class, as train.py has it; train_parall never has.',
    '/properties/loss/oneOf/5/properties/imagesPerIdentity': 'Images of an identity in a bag, at most.',
    '/properties/loss/oneOf/5/properties/bagSize': 'Images that are embedded before triplets are chosen among them.',
    '/properties/loss/oneOf/5/properties/maxAnchorPositiveDistance':
      'Pairs of anchor and positive further apart than that are left out; 0: none are.',
    '/properties/loss/oneOf/5/properties/margin': 'Alpha, in squared distance of unit embeddings.',
    '/properties/loss/oneOf/6/properties/imagesPerIdentity': 'Images of an identity in a bag, at most.',
    '/properties/loss/oneOf/6/properties/bagSize': 'Images that are embedded before triplets are chosen among them.',
    '/properties/loss/oneOf/6/properties/maxAnchorPositiveDistance':
      'Pairs of anchor and positive further apart than that are left out; 0: none are.',
    '/properties/loss/oneOf/6/properties/margin': 'Alpha, in radians.',
    '/properties/optimizer/oneOf/0/properties/clipNorm':
      "Global norm to which the backbone's gradient is clipped; the head is never clipped. null: no clipping.",
    '/properties/optimizer/oneOf/1/properties/clipNorm':
      "Global norm to which the backbone's gradient is clipped; the head is never clipped. null: no clipping.",
    '/properties/schedule/oneOf/0/properties/boundaries': 'Global steps at which the rate is multiplied by `factor`.',
    '/properties/schedule/oneOf/0/properties/warmupSteps':
      'Linear rise over that many steps: step k of w has the rate k / w times the full one.',
    '/properties/schedule/oneOf/0/properties/warmupEpochs': 'The same in epochs; the longer of both counts.',
    '/properties/schedule/oneOf/1/properties/warmupSteps':
      'Linear rise over that many steps: step k of w has the rate k / w times the full one.',
    '/properties/schedule/oneOf/1/properties/warmupEpochs': 'The same in epochs; the longer of both counts.',
    '/properties/batch/properties/globalBatchSize':
      'Images per step over all ranks and micro-batches; must be divisible by `bnGroupSize` x `accumulationSteps` x ranks.',
    '/properties/batch/properties/accumulationSteps':
      'Micro-batches into which a rank cuts its share: the same step with less memory.',
    '/properties/batch/properties/bnGroupSize':
      'Batch norm normalises over fixed groups of that many consecutive samples of the global batch. Default: one micro-batch at ranks.max.',
    '/properties/maxSteps': 'Length of the run: `maxSteps`, `epochs`, or whichever ends first.',
    '/properties/verification/properties/everySteps':
      "Period in steps (the peers' `verbose`); verification at the end always happens. 0: only then.",
    '/properties/verification/properties/targets': "Default: every verification set in the data set's folder.",
    '/properties/verification/properties/baselines': 'Also score the untrained network and raw pixels before the first step.',
    '/properties/checkpoint/properties/everySteps': 'Period in steps; 0: only at a stop.',
    '/properties/checkpoint/properties/keep': 'How many accepted checkpoints are kept.',
    '/properties/model/properties/save':
      '`last`: none but the last. `best`: also the one with the best score of the last target, one at a time. `improvements`: every new best one. `all`: one at each verification.',
    '/properties/model/properties/emaDecay':
      'Decay of an exponential moving average of the backbone, which is then what is verified and stored. null: none.',
    '/properties/communication/properties/transport':
      '`redis-streams` works everywhere; `tcp` are connections between workers that can reach each other, for large networks.',
    '/properties/communication/properties/features': 'Embeddings and their gradients on the wire.',
    '/properties/communication/properties/gradients': 'Gradients of the backbone on the wire.',
    '/properties/engine': '`auto`: the best engine that the worker has; all ranks of a run use the same one.',
    '/properties/faults/properties/maxRestarts': 'Restarts without a new checkpoint in between before the run fails.',
    '/properties/faults/properties/graceMs': 'How long ranks may take to stop by themselves after a cancel.',
  },
  CreateRunFromRecipe: {
    '': 'The other body of `POST /runs`: a recipe by name, and what is to differ from it.',
    '/properties/overrides': "Any part of a run's configuration, merged into the recipe's; null gives a field its default again.",
  },
  CreateSchedule: {
    '': 'Body of `POST /schedules`.',
    '/properties/name': 'Unique.',
    '/properties/cron': 'Five fields: minute, hour, day of month, month, day of week.',
    '/properties/evaluation/properties/targets': 'Default: every verification set of a registered data set.',
    '/properties/evaluation/properties/flip': 'Add the embedding of the mirrored image.',
    '/properties/evaluation/properties/unaligned':
      "What to do with an image that is no aligned face of the model's size: templates have landmarks, other images need that size.",
    '/properties/evaluation/properties/batchSize': 'Images that are embedded at once.',
    '/properties/evaluation/properties/bootstrap': 'Resamples of the intervals; 0: none.',
    '/properties/evaluation/properties/faults/properties/maxRestarts':
      'Restarts without a new checkpoint in between before the run fails.',
    '/properties/evaluation/properties/faults/properties/graceMs':
      'How long ranks may take to stop by themselves after a cancel.',
    '/properties/evaluation/properties/dataset':
      'Where the verification sets lie that are given by name: a folder, or a registered data set as `name@digest`, name or id.',
  },
  CreateWebhook: {
    '': 'Body of `POST /webhooks`.',
    '/properties/events': 'Default: all events.',
    '/properties/labels': 'Only events of runs and evaluations with these labels.',
  },
  CreatedEvaluation: {
    '': 'Answer to `POST /evaluations`; see `createdRunSchema` for the secrets.',
    '/properties/error': 'Failure of the run, if it failed.',
    '/properties/revision': 'Counts the changes of name and labels; the `ETag` of the evaluation.',
    '/properties/step': 'Targets scored by the live generation, and all that were asked for.',
    '/properties/model': 'The model that was asked for; `id` is null for files that the API does not know.',
    '/properties/model/properties/path': 'Absolute, or relative to the storage root (a model of ours).',
    '/properties/openedModel': 'What the worker found there; null until it has opened it.',
    '/properties/scores': 'Without curves; in the order of the configuration.',
    '/properties/regressions': 'Found when it completed; see `evaluation.regressed`.',
    '/properties/regressions/items/properties/against':
      'The other model is that which held the alias before, or the model itself on other data or another engine.',
    '/properties/regressions/items/properties/alias': '`name@alias`; null: against itself.',
    '/properties/regressions/items/properties/changed': 'What is not as it was for the baseline.',
    '/properties/regressions/items/properties/margin': 'By how much it may fall.',
    '/properties/regressions/items/properties/marginFrom':
      '`given` with the schedule, `bootstrap`: interval of the baseline, `wilson`: interval of a share.',
  },
  CreatedRun: {
    '': 'Answer to `POST /runs`.',
    '/properties/error': 'Failure of the run, if it failed.',
    '/properties/revision': 'Counts the changes of name and labels; the `ETag` of the run.',
    '/properties/resumedFrom': 'The run from whose checkpoint this one goes on, and the step of that.',
    '/properties/clonedFrom': 'The run whose configuration this one was made from.',
    '/properties/totalSteps': 'Steps of the whole run; null until training starts, since epochs depend on the data set.',
    '/properties/config': 'The resolved configuration.',
    '/properties/model': 'The model that the run ended with.',
    '/properties/model/properties/id': 'Its id in `/models`.',
    '/properties/model/properties/generation': 'The one that wrote it.',
    '/properties/model/properties/folder': 'Relative to the storage root.',
    '/properties/model/properties/accuracies': 'Mean accuracy on each verification target.',
    '/properties/model/properties/isBest': 'No model before it scored better.',
    '/properties/models':
      'All stored models, that one included, oldest first; those of steps that a restart threw away are not listed.',
    '/properties/models/items/properties/id': 'Its id in `/models`.',
    '/properties/models/items/properties/generation': 'The one that wrote it.',
    '/properties/models/items/properties/folder': 'Relative to the storage root.',
    '/properties/models/items/properties/accuracies': 'Mean accuracy on each verification target.',
    '/properties/models/items/properties/isBest': 'No model before it scored better.',
    '/properties/webhookSecrets':
      'Secrets that were made because the request brought none. They are shown here only; a replayed answer shows none.',
  },
  Dataset: {
    '/properties/ref': '`name@digest`: what a run pins; null until it is known.',
    '/properties/facts': 'What the validation found; null: not yet, or nothing that could be used.',
    '/properties/facts/properties/targets': 'Verification sets inside, by name.',
    '/properties/facts/properties/digest':
      'SHA-256 over the image records in the order of their keys: what `data inspect` prints.',
    '/properties/facts/properties/fingerprint':
      'SHA-256 over `files`: cheap enough for every start of a run to notice that files have changed.',
    '/properties/facts/properties/files/items/properties/name':
      'Of the file; `images` of a folder of identities: all its images.',
    '/properties/facts/properties/files/items/properties/sha256':
      'Of `property` and `train.idx` their bytes, of `images` their names and sizes; null: only the size is compared.',
    '/properties/problems': 'What is broken, the first 100 (3 in a list); of a validation that failed, why.',
    '/properties/duplicateOf': 'Id of the version that has the same images under this name.',
    '/properties/taskId': 'Its last validation.',
    '/properties/revision': 'Changes with each edit; the ETag.',
  },
  DatasetDetails: {
    '': 'Answer to `GET /datasets/:ref`.',
    '/properties/ref': '`name@digest`: what a run pins; null until it is known.',
    '/properties/facts': 'What the validation found; null: not yet, or nothing that could be used.',
    '/properties/facts/properties/targets': 'Verification sets inside, by name.',
    '/properties/facts/properties/digest':
      'SHA-256 over the image records in the order of their keys: what `data inspect` prints.',
    '/properties/facts/properties/fingerprint':
      'SHA-256 over `files`: cheap enough for every start of a run to notice that files have changed.',
    '/properties/facts/properties/files/items/properties/name':
      'Of the file; `images` of a folder of identities: all its images.',
    '/properties/facts/properties/files/items/properties/sha256':
      'Of `property` and `train.idx` their bytes, of `images` their names and sizes; null: only the size is compared.',
    '/properties/problems': 'What is broken, the first 100 (3 in a list); of a validation that failed, why.',
    '/properties/duplicateOf': 'Id of the version that has the same images under this name.',
    '/properties/taskId': 'Its last validation.',
    '/properties/revision': 'Changes with each edit; the ETag.',
    '/properties/runs': 'Trainings and evaluations that referred to it, the newest 20.',
  },
  DatasetList: { '': 'Answer to `GET /datasets`: newest first.' },
  DeliveryList: {
    '': 'Answer to `GET /runs/:id/deliveries`: a page of the webhook log of a run, oldest first.',
    '/properties/deliveries/items/properties/id': '`webhook-id` of every attempt.',
  },
  DryRun: {
    '': 'Answer to `POST /runs?validate=true`.',
    '/properties/config': 'The resolved configuration.',
    '/properties/estimate/properties/dataset/properties/from':
      "`request`: the query said so; `dataset`: the registered data set; `recipe`: the set of the recipe's published numbers; null: not known.",
    '/properties/estimate/properties/ranks': 'One entry per number of ranks that the run may get, the largest first.',
    '/properties/estimate/properties/ranks/items/properties/memory': 'Of one rank, in bytes, for faces of 112 x 112.',
    '/properties/estimate/properties/ranks/items/properties/time':
      'By the speed of earlier runs of the same network, engine, ranks and batch.',
  },
  EmbeddingRequest: {
    '': 'A request for embeddings. The images are not shown, and all of it goes an hour after its end.',
    '/properties/error': 'Failure of the run, if it failed.',
    '/properties/model/properties/path': 'Absolute, or relative to the storage root (a model of ours).',
    '/properties/result': 'null until it succeeded.',
    '/properties/expiresAt': 'When the request and its vectors are deleted; null while it runs.',
  },
  Embeddings: { '': 'Answer to `POST /models/:id/embeddings` once they are there.' },
  EvaluatedModel: { '': 'The model as the worker opened it.' },
  Evaluation: {
    '': 'An evaluation as the API shows it: a run whose steps are targets.',
    '/properties/error': 'Failure of the run, if it failed.',
    '/properties/revision': 'Counts the changes of name and labels; the `ETag` of the evaluation.',
    '/properties/step': 'Targets scored by the live generation, and all that were asked for.',
    '/properties/model': 'The model that was asked for; `id` is null for files that the API does not know.',
    '/properties/model/properties/path': 'Absolute, or relative to the storage root (a model of ours).',
    '/properties/openedModel': 'What the worker found there; null until it has opened it.',
    '/properties/scores': 'Without curves; in the order of the configuration.',
    '/properties/regressions': 'Found when it completed; see `evaluation.regressed`.',
    '/properties/regressions/items/properties/against':
      'The other model is that which held the alias before, or the model itself on other data or another engine.',
    '/properties/regressions/items/properties/alias': '`name@alias`; null: against itself.',
    '/properties/regressions/items/properties/changed': 'What is not as it was for the baseline.',
    '/properties/regressions/items/properties/margin': 'By how much it may fall.',
    '/properties/regressions/items/properties/marginFrom':
      '`given` with the schedule, `bootstrap`: interval of the baseline, `wilson`: interval of a share.',
  },
  EvaluationList: { '': 'Answer to `GET /evaluations`: newest first.' },
  EvaluationScores: {
    '': 'Answer to `GET /evaluations/:id/scores`: with the points of the ROC curves and the histograms.',
    '/properties/scores/items/properties/scores/oneOf/0/properties/accuracy':
      'Mean and population standard deviation over the folds.',
    '/properties/scores/items/properties/scores/oneOf/0/properties/threshold':
      'Mean over the folds of the threshold on squared L2 distance.',
    '/properties/scores/items/properties/scores/oneOf/0/properties/xnorm':
      'Mean L2 norm of the raw embeddings (original and mirrored).',
    '/properties/scores/items/properties/scores/oneOf/0/properties/tarAtFar': 'Keyed by FAR as text, for example "0.001".',
    '/properties/scores/items/properties/scores/oneOf/0/properties/interval':
      'Of the accuracy, by bootstrap over the pairs; null: not asked for.',
    '/properties/scores/items/properties/scores/oneOf/0/properties/areaUnderRoc': 'Area under the ROC over all pairs.',
    '/properties/scores/items/properties/scores/oneOf/1/properties/rank1Accuracy':
      'Closed-set: the mate is nearer than every distractor.',
    '/properties/scores/items/properties/scores/oneOf/1/properties/cmc':
      'Share of probes whose mate is among the first k, k = 1, 2, 5, 10, ...',
  },
  Fire: {
    '': 'What became of one time of a schedule.',
    '/properties/firedAt': 'When that was decided.',
    '/properties/reason':
      'Machine-readable cause: `on_time`, `catch_up`, `manual`, `overlap`, `already_waiting`, `no_models`, `late`, ... New values may appear.',
    '/properties/revision': 'Of the schedule, then.',
  },
  FireList: { '': 'Answer to `GET /schedules/:id/fires`: newest first.' },
  FollowUp: {
    '': 'Body of `POST /runs/:id/resume` and `/clone`.',
    '/properties/overrides':
      "Any part of a run's configuration, merged into that of the run; null gives a field its default again.",
    '/properties/webhooks': 'Those of the new run; it inherits none.',
  },
  ImportModel: {
    '': 'Body of `POST /models/import`.',
    '/properties/path': 'A model as the workers see it: a folder, a prefix (`.../model,1`) or a file of any readable kind.',
  },
  Key: {
    '': 'Answer to `GET /keys/:id`. Never holds the secret.',
    '/properties/hint': 'The beginning of the key, by which people know it again.',
    '/properties/createdBy': 'Id of the key that made it, or `system`.',
    '/properties/lastUsedAt': 'Exact to a minute.',
    '/properties/previousValidUntil': 'Until then the secret of before the last rotation is valid, too.',
    '/properties/revision': 'Changes with every edit: the ETag.',
  },
  KeyList: { '': 'Answer to `GET /keys`: newest first.' },
  KeyWithToken: {
    '': 'Answer to `POST /keys` and `POST /keys/:id/rotate`: the only place where the key itself stands.',
    '/properties/hint': 'The beginning of the key, by which people know it again.',
    '/properties/createdBy': 'Id of the key that made it, or `system`.',
    '/properties/lastUsedAt': 'Exact to a minute.',
    '/properties/previousValidUntil': 'Until then the secret of before the last rotation is valid, too.',
    '/properties/revision': 'Changes with every edit: the ETag.',
    '/properties/token': 'The key; null in a repeated answer.',
  },
  LogPage: {
    '': 'Answer to `GET /runs/:id/logs`.',
    '/properties/lines/items/properties/seq': 'Position in the log of the run, from 1.',
    '/properties/next': 'Where the next page is; null: there is no more for now.',
  },
  MetricSeries: { '/properties/metrics': 'Live lineage only: a replayed step supersedes the one that its restart threw away.' },
  Model: {
    '': 'Answer to `GET /models/:id`: where it comes from and what it scored.',
    '/properties/id': 'Its id in `/models`.',
    '/properties/generation': 'null: it was imported.',
    '/properties/folder': 'Relative to the storage root.',
    '/properties/accuracies': 'Mean accuracy on each verification target.',
    '/properties/isBest': 'No model before it scored better.',
    '/properties/version': '1, 2, ... per name; a number is never used again.',
    '/properties/aliases': 'Aliases of the name that point here, sorted.',
    '/properties/state': '`importing` until a worker has copied and tried it.',
    '/properties/error': 'Why its import failed.',
    '/properties/runId': 'Run that trained it; null: it was imported.',
    '/properties/format': 'Of its files: `arcfleet`, or as they came: `onnx`, `mxnet`, `torch`.',
    '/properties/network': 'null: its files do not say.',
    '/properties/embeddingSize': 'null: it is not imported yet.',
    '/properties/urls/properties/task': 'The import.',
    '/properties/run': 'null: it was imported.',
    '/properties/run/properties/configDigest':
      'SHA-256 of the stored configuration without name and labels: equal ones trained with the same settings.',
    '/properties/lineage/properties/engine': 'Engine and version of ArcFleet of the worker that wrote it; null: not known.',
    '/properties/lineage/properties/dataset':
      'What it was trained on; `ref` (`name@digest`) and digest are those of a registered data set.',
    '/properties/lineage/properties/checkpoint': 'The checkpoint of the same step, if there was one.',
    '/properties/lineage/properties/parent': 'The model that training started from; `model` is `name@version` of a stored one.',
    '/properties/lineage/properties/resumedFrom': 'The run whose checkpoint its run went on from, and the step of it.',
    '/properties/metrics': 'Newest result on each target, by name of the target.',
    '/properties/metrics/items/properties/measure':
      'The number by which models are compared: `accuracy`, `rank1Accuracy` or `tarAtFar@1e-4` (or the nearest there is).',
    '/properties/metrics/items/properties/interval': 'null: none was computed.',
    '/properties/verifications': 'Verifications of its run at its step.',
    '/properties/evaluations': 'Evaluations of it, newest first; at most 100.',
  },
  ModelAlias: {
    '': 'Answer to `PUT` and `GET /models/:id/aliases/:alias`.',
    '/properties/number': 'Revision of the alias: every move takes the next one.',
    '/properties/previous': 'Who held it before; null: nobody.',
  },
  ModelComparison: {
    '': 'Answer to `GET /models/:id/compare`.',
    '/properties/targets': 'Every target that both have a result on by the same measure, by name.',
    '/properties/targets/items/properties/model/properties/interval': 'null: none was computed.',
    '/properties/targets/items/properties/with/properties/interval': 'null: none was computed.',
    '/properties/targets/items/properties/difference': 'Of `model` less that of `with`.',
    '/properties/targets/items/properties/intervalsOverlap':
      'null: one of them has no interval. True: the difference may be chance.',
    '/properties/onlyModel': 'Targets that only one of them has a result on.',
  },
  ModelFiles: { '': 'Answer to `GET /models/:id/files`.' },
  ModelList: { '': 'Answer to `GET /models`: newest first.' },
  PendingFiles: { '': 'The same while a worker makes them: 202.' },
  Problem: { '': 'RFC 9457 problem details.', '/properties/errors': 'One entry per wrong field: JSON pointer and message.' },
  Recipe: {
    '': 'A recipe as the API shows it.',
    '/properties/dataset':
      'The data set that the numbers were reached on. Another one may be given; its classes are read from it.',
    '/properties/published': 'What others published and this recipe aims at; percent unless the metric says otherwise.',
    '/properties/publishedNote': 'What the numbers were measured with, where it differs from the recipe.',
    '/properties/requires': 'Fields that a run must add.',
    '/properties/config': 'The configuration with every default filled in, but for what it requires.',
  },
  RegisterDataset: {
    '': 'Body of `POST /datasets`.',
    '/properties/path': 'The folder as the workers see it.',
    '/properties/decode': 'False: images are read but not decoded, which takes most of the time.',
  },
  Replay: {
    '': 'Answer to a replay.',
    '/properties/replayed': 'Deliveries that are tried again from now on.',
    '/properties/next': 'There was more than one replay takes: go on with this as `since`. null: that was all.',
  },
  ReplayWebhook: {
    '': 'Body of `POST /webhooks/:id/replay`.',
    '/properties/since': 'Events from here ...',
    '/properties/until': '... to here; default: now.',
    '/properties/state': '`failed`: what was given up; `all`: what was delivered, too.',
  },
  RotateKey: { '': 'Body of `POST /keys/:id/rotate`: how long the old secret stays valid.' },
  RotateSecret: {
    '': 'Body of `POST /webhooks/:id/rotate-secret`, which may be left out.',
    '/properties/overlapSeconds': 'So long both secrets sign. 0: the old one is worth nothing at once.',
  },
  Run: {
    '/properties/error': 'Failure of the run, if it failed.',
    '/properties/revision': 'Counts the changes of name and labels; the `ETag` of the run.',
    '/properties/resumedFrom': 'The run from whose checkpoint this one goes on, and the step of that.',
    '/properties/clonedFrom': 'The run whose configuration this one was made from.',
    '/properties/totalSteps': 'Steps of the whole run; null until training starts, since epochs depend on the data set.',
    '/properties/config': 'The resolved configuration.',
    '/properties/model': 'The model that the run ended with.',
    '/properties/model/properties/id': 'Its id in `/models`.',
    '/properties/model/properties/generation': 'The one that wrote it.',
    '/properties/model/properties/folder': 'Relative to the storage root.',
    '/properties/model/properties/accuracies': 'Mean accuracy on each verification target.',
    '/properties/model/properties/isBest': 'No model before it scored better.',
    '/properties/models':
      'All stored models, that one included, oldest first; those of steps that a restart threw away are not listed.',
    '/properties/models/items/properties/id': 'Its id in `/models`.',
    '/properties/models/items/properties/generation': 'The one that wrote it.',
    '/properties/models/items/properties/folder': 'Relative to the storage root.',
    '/properties/models/items/properties/accuracies': 'Mean accuracy on each verification target.',
    '/properties/models/items/properties/isBest': 'No model before it scored better.',
  },
  RunList: {
    '': 'Answer to `GET /runs`: newest first.',
    '/properties/next': 'Where the next page is; null: this is the last one.',
  },
  Schedule: {
    '/properties/evaluation': 'With whole targets.',
    '/properties/revision': 'Changes with every edit: the ETag.',
    '/properties/nextFires': "The next five, with the zone's offset; empty while paused.",
    '/properties/lastFires': 'The last five, newest first.',
  },
  ScheduleList: { '': 'Answer to `GET /schedules`: newest first.' },
  ScoreSummary: {
    '/oneOf/0/properties/accuracy': 'Mean and population standard deviation over the folds.',
    '/oneOf/0/properties/threshold': 'Mean over the folds of the threshold on squared L2 distance.',
    '/oneOf/0/properties/xnorm': 'Mean L2 norm of the raw embeddings (original and mirrored).',
    '/oneOf/0/properties/tarAtFar': 'Keyed by FAR as text, for example "0.001".',
    '/oneOf/0/properties/interval': 'Of the accuracy, by bootstrap over the pairs; null: not asked for.',
    '/oneOf/0/properties/areaUnderRoc': 'Area under the ROC over all pairs.',
    '/oneOf/1/properties/rank1Accuracy': 'Closed-set: the mate is nearer than every distractor.',
    '/oneOf/1/properties/cmc': 'Share of probes whose mate is among the first k, k = 1, 2, 5, 10, ...',
  },
  StoredModel: {
    '': 'A stored model: one version of its name.',
    '/properties/id': 'Its id in `/models`.',
    '/properties/generation': 'null: it was imported.',
    '/properties/folder': 'Relative to the storage root.',
    '/properties/accuracies': 'Mean accuracy on each verification target.',
    '/properties/isBest': 'No model before it scored better.',
    '/properties/version': '1, 2, ... per name; a number is never used again.',
    '/properties/aliases': 'Aliases of the name that point here, sorted.',
    '/properties/state': '`importing` until a worker has copied and tried it.',
    '/properties/error': 'Why its import failed.',
    '/properties/runId': 'Run that trained it; null: it was imported.',
    '/properties/format': 'Of its files: `arcfleet`, or as they came: `onnx`, `mxnet`, `torch`.',
    '/properties/network': 'null: its files do not say.',
    '/properties/embeddingSize': 'null: it is not imported yet.',
    '/properties/urls/properties/task': 'The import.',
  },
  Task: {
    '': 'Answer to `GET /tasks/:id`.',
    '/properties/error': 'Failure of the run, if it failed.',
    '/properties/step': 'How far it is: images of a data set.',
    '/properties/work/oneOf/0/properties/datasetId': '`dts_...`: the version of the data set that waits.',
    '/properties/work/oneOf/0/properties/decode': 'True: every image is decoded, not only read.',
    '/properties/work/oneOf/1/properties/modelId': '`mdl_...`: the model that waits.',
    '/properties/work/oneOf/1/properties/path': 'Files as the workers see them.',
    '/properties/work/oneOf/1/properties/folder':
      'The copy goes into a folder of its attempt below this one, relative to the storage root.',
    '/properties/work/oneOf/2/properties/folder': 'The stored model, relative to the storage root.',
    '/properties/work/oneOf/2/properties/to':
      'The files go into a folder of their attempt below this one, relative to the storage root.',
    '/properties/work/oneOf/3/properties/models':
      'Deleted models with all folders that they may have left, relative to the storage root.',
  },
  TaskList: { '': 'Answer to `GET /tasks`: newest first.' },
  Transition: {
    '/properties/reason':
      'Machine-readable cause: one of those that docs/api.md lists, or the code of an error. New values may appear.',
  },
  UpdateDataset: { '': 'Body of `PATCH /datasets/:id`: what is left out stays.' },
  UpdateKey: { '': 'Body of `PATCH /keys/:id`: what is left out stays. `expiresInDays` counts from now.' },
  UpdateModel: { '': 'Body of `PATCH /models/:id`. Labels are replaced as a whole.' },
  UpdateRun: {
    '': 'Body of `PATCH /runs/:id` and `PATCH /evaluations/:id`: a merge patch of what is no part of the work.',
    '/properties/name': 'null: none.',
    '/properties/labels': 'Added to those that are there; null takes one away.',
  },
  UpdateSchedule: {
    '': 'Body of `PATCH /schedules/:id`: fields that are left out stay. Pausing has routes of its own.',
    '/properties/name': 'Unique.',
    '/properties/cron': 'Five fields: minute, hour, day of month, month, day of week.',
    '/properties/timezone': 'IANA name: on the clocks of this zone.',
    '/properties/evaluation/properties/targets': 'Default: every verification set of a registered data set.',
    '/properties/evaluation/properties/flip': 'Add the embedding of the mirrored image.',
    '/properties/evaluation/properties/unaligned':
      "What to do with an image that is no aligned face of the model's size: templates have landmarks, other images need that size.",
    '/properties/evaluation/properties/batchSize': 'Images that are embedded at once.',
    '/properties/evaluation/properties/bootstrap': 'Resamples of the intervals; 0: none.',
    '/properties/evaluation/properties/faults/properties/maxRestarts':
      'Restarts without a new checkpoint in between before the run fails.',
    '/properties/evaluation/properties/faults/properties/graceMs':
      'How long ranks may take to stop by themselves after a cancel.',
    '/properties/evaluation/properties/dataset':
      'Where the verification sets lie that are given by name: a folder, or a registered data set as `name@digest`, name or id.',
    '/properties/graceSeconds': 'A fire that is late by no more is on time.',
    '/properties/margin': 'By how much metrics may fall; null, or a metric that is not named: by their interval.',
  },
  UpdateWebhook: { '': 'Body of `PATCH /webhooks/:id`: what is left out stays.' },
  VerificationScores: {
    '': 'Scores of one verification set by the 10-fold protocol.',
    '/properties/accuracy': 'Mean and population standard deviation over the folds.',
    '/properties/threshold': 'Mean over the folds of the threshold on squared L2 distance.',
    '/properties/xnorm': 'Mean L2 norm of the raw embeddings (original and mirrored).',
    '/properties/tarAtFar': 'Keyed by FAR as text, for example "0.001".',
  },
  Webhook: {
    '/properties/runId': 'The run or evaluation that brought it; null: registered for all.',
    '/properties/url': 'A user name and a password in it are shown as `***`.',
    '/properties/events': 'null: all.',
    '/properties/state': '`failing`: no attempt has succeeded since `failingSince`.',
    '/properties/disabledReason': '`by_request`, `gone` (it answered 410) or `failing` (nothing but failures for five days).',
    '/properties/throttledUntil': 'It asked to be called more slowly: nothing is sent before.',
    '/properties/overlapUntil': 'So long deliveries are signed with the secret before, too.',
  },
  WebhookDelivery: {
    '/properties/id': '`webhook-id` of every attempt.',
    '/properties/state': '`pending`: an attempt is to come or under way.',
  },
  WebhookDeliveryDetails: {
    '': 'Answer to `GET /deliveries/:id`.',
    '/properties/id': '`webhook-id` of every attempt.',
    '/properties/state': '`pending`: an attempt is to come or under way.',
    '/properties/body': 'What is sent, byte for byte.',
    '/properties/attemptLog': 'The newest 100, oldest of them first.',
    '/properties/attemptLog/items/properties/answer': "Start of the answer's body.",
  },
  WebhookDeliveryList: { '': 'Answer to `GET /webhooks/:id/deliveries`: newest first.' },
  WebhookList: { '': 'Answer to `GET /webhooks`: newest first.' },
  WebhookWithSecret: {
    '': 'Answer that shows the secret: to its creation and its rotation, once.',
    '/properties/runId': 'The run or evaluation that brought it; null: registered for all.',
    '/properties/url': 'A user name and a password in it are shown as `***`.',
    '/properties/events': 'null: all.',
    '/properties/state': '`failing`: no attempt has succeeded since `failingSince`.',
    '/properties/disabledReason': '`by_request`, `gone` (it answered 410) or `failing` (nothing but failures for five days).',
    '/properties/throttledUntil': 'It asked to be called more slowly: nothing is sent before.',
    '/properties/overlapUntil': 'So long deliveries are signed with the secret before, too.',
    '/properties/secret': 'null in a replayed answer.',
  },
  Worker: {
    '/properties/engine': 'The one that it was told to use; `auto`: the best one it has.',
    '/properties/busy/items/properties/phase': '`starting`, `rendezvous`, `training`, ...; new values may appear.',
    '/properties/failedRanksLastHour':
      'Ranks that failed on it in the last hour: many of them are a crash loop, none and a young worker a cold start.',
  },
  WorkerList: {
    '': 'Answer to `GET /workers`: those that started last come first.',
    '/properties/next': 'Where the next page is; null: this is the last one.',
  },
};
