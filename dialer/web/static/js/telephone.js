// What both ways of calling in the browser need: the server's word, and the telephone that the page has.

const TELEPHONES = { twilio: "./softphone-twilio.js", town: "./softphone-town.js" };

export async function ask(path, fields) {
  const token = document.querySelector("[name=csrf_token]").value;
  const answer = await fetch(path, { method: "POST", body: new URLSearchParams({ csrf_token: token, ...fields }) });
  if (!answer.ok) throw new TypeError(`${path} answered ${answer.status}`);
  return answer.json();
}

// `parts` are the data of the element that says which it is.
export const telephoneOf = async (parts) => (await import(TELEPHONES[parts.carrier])).telephone(parts, ask);
