/** What users may call a thing of theirs: safe in URLs, file names and shells. Without anchors, to be part of other patterns. */
export const NAME_PATTERN = '[a-z0-9][a-z0-9._-]{0,62}';
/** A whole name. */
export const NAME = new RegExp(`^${NAME_PATTERN}$`);
