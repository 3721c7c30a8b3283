// The key of this browser, and how data is asked for.

const KEY = "alphagex-key";

/** Exchange the one-time token behind the # for a key that this tab keeps. */
export async function enter() {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (!token) return;
  history.replaceState(null, "", location.pathname);
  const reply = await fetch("/session", { method: "POST", body: JSON.stringify({ token }) });
  if (reply.ok) sessionStorage.setItem(KEY, (await reply.json()).key);
  else if (!sessionStorage.getItem(KEY)) throw new Error(await remedyOf(reply));
}

/** Return the answer of a path, or throw what was wrong with the question. */
export async function get(path, parameters = {}) {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value));
  const text = query.toString();
  const reply = await fetch(text ? `${path}?${text}` : path, { headers: headers() });
  if (!reply.ok) throw new Error(await remedyOf(reply));
  return reply.json();
}

export async function setSwitch(state, reason, saw) {
  const reply = await fetch("/breaker", { method: "POST", headers: headers(), body: JSON.stringify({ state, reason, saw }) });
  if (!reply.ok) throw new Error(await remedyOf(reply));
}

function headers() {
  return { Authorization: `Bearer ${sessionStorage.getItem(KEY) ?? ""}` };
}

async function remedyOf(reply) {
  try {
    return (await reply.json()).problems.map((one) => `${one.field}: ${one.remedy}`).join("; ");
  } catch {
    return `the server answered ${reply.status}`;
  }
}
