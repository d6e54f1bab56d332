// A password that can be read out loud over the telephone: 20 letters and digits without those that look alike.
const ALPHABET = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const LETTERS = 20;
const GROUP = 5;

function below(limit: number): number {
  const fair = Math.floor(256 / limit) * limit; // What lies above would make the first letters likelier.
  const byte = new Uint8Array(1);
  do crypto.getRandomValues(byte);
  while (byte[0]! >= fair);
  return byte[0]! % limit;
}

export function newPassword(): string {
  const letters = Array.from({ length: LETTERS }, () => ALPHABET[below(ALPHABET.length)]).join("");
  return letters.match(new RegExp(`.{${GROUP}}`, "g"))!.join("-");
}
