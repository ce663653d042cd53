/** A URL as it may be shown: a user name and a password in it are secrets. */
export function showUrl(text: string): string {
  const url = new URL(text);
  if (url.username === '' && url.password === '') return text;
  url.username = '***';
  url.password = '***';
  return url.href;
}

/** A URL without its user name and password, and those as the value of `authorization`; null: it has none. */
export function splitCredentials(text: string): { url: string; authorization: string | null } {
  const url = new URL(text);
  const { username, password } = url;
  if (username === '' && password === '') return { url: text, authorization: null };
  url.username = '';
  url.password = '';
  const credentials = Buffer.from(`${decode(username)}:${decode(password)}`).toString('base64');
  return { url: url.href, authorization: `Basic ${credentials}` };
}

/** A percent sign that begins no escape stands for itself. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
