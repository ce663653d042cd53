export { AddressRefusedError, createDeliveryAgent, isPublicAddress } from './address-guard.js';
export type { DeliveryAgentOptions } from './address-guard.js';
export { deliver } from './deliver.js';
export type { DeliverOptions, DeliveryOutcome, WebhookAttempt } from './deliver.js';
export { MAX_ATTEMPTS, nextAttemptDelayMs, parseRetryAfter } from './retry-schedule.js';
export { newWebhookSecret, signWebhook } from './signature.js';
export type { SignedMessage } from './signature.js';
export { createWebhookReceiver } from './receiver.js';
export type { ReceivedWebhook, WebhookReceiverOptions } from './receiver.js';
