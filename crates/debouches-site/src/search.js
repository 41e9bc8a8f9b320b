(() => {
  const fold = (text) =>
    text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/œ/g, "oe").replace(/æ/g, "ae").replace(/[^a-z0-9]+/g, " ").trim();
  const STOP = new Set(["de", "du", "des", "la", "le", "les", "l", "d", "et", "en", "a", "aux", "au"]);
  let entries = null;
  // An elided word is also asked for without its apostrophe: « dalembert », « laigle ».
  const words = (text) => {
    const all = fold(text).split(" ");
    const joined = all.slice(1).map((word, index) => (/^(l|d|s|n|j|m|t|c|qu)$/.test(all[index]) ? all[index] + word : ""));
    return all.concat(joined.filter(Boolean));
  };
  // What people call a diploma: CAP, BTS, BUT. Two words give no name: a brevet and a baccalauréat professionnel would share it.
  const initials = (text) => {
    const all = fold(text).split(" ").filter((word) => word && !STOP.has(word));
    return all.length > 2 ? all.map((word) => word[0]).join("") : "";
  };
  const load = () => {
    if (entries) return entries;
    entries = [];
    for (const line of ETABLISSEMENTS.split("\n")) {
      if (!line) continue;
      const [uai, name, place] = line.split("\t");
      const where = LIEUX[place];
      entries.push({ href: `etablissement/${uai}/index.html`, name, detail: where ? `${where} · ${uai}` : uai, words: words(`${name} ${where} ${uai}`), kind: 0 });
    }
    for (const line of FORMATIONS.split("\n")) {
      if (!line) continue;
      const [code, name, diploma] = line.split("\t");
      entries.push({ href: `formation/${code}/index.html`, name, detail: `${diploma} · formation ${code}`, words: words(`${name} ${diploma} ${initials(diploma)} ${code}`), kind: 1 });
    }
    for (const line of TERRITOIRES.split("\n")) {
      if (!line) continue;
      const [href, name, detail] = line.split("\t");
      entries.push({ href, name, detail, words: words(`${name} ${detail}`), kind: -1 });
    }
    return entries;
  };
  // Letters that differ (added, lacking, replaced or swapped), up to a limit (Damerau-Levenshtein, optimal alignment).
  const distance = (one, other, limit) => {
    if (Math.abs(one.length - other.length) > limit) return limit + 1;
    let before = [], previous = Array.from({ length: other.length + 1 }, (_, index) => index);
    for (let i = 1; i <= one.length; i++) {
      const row = [i];
      let least = i;
      for (let j = 1; j <= other.length; j++) {
        const same = one[i - 1] === other[j - 1] ? 0 : 1;
        row[j] = Math.min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + same);
        if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]) row[j] = Math.min(row[j], before[j - 2] + 1);
        least = Math.min(least, row[j]);
      }
      if (least > limit) return limit + 1;
      before = previous;
      previous = row;
    }
    return previous[other.length];
  };
  // 0 for the word itself, 1 for its beginning, more for typos; Infinity when it is another word.
  const cost = (asked, word) => {
    if (word === asked) return 0;
    if (word.startsWith(asked)) return 1;
    if (asked.length < 4) return Infinity;
    const limit = asked.length < 7 ? 1 : 2;
    const whole = distance(asked, word, limit);
    if (whole <= limit) return 2 + whole;
    const start = word.length > asked.length ? distance(asked, word.slice(0, asked.length), limit) : limit + 1;
    return start <= limit ? 3 + start : Infinity;
  };
  const search = (text, most) => {
    const asked = fold(text).split(" ").filter((word) => word && !STOP.has(word));
    if (!asked.length) return { total: 0, best: [] };
    // A word is compared once, whatever the number of names that have it.
    const known = asked.map(() => new Map());
    const matches = [];
    for (const entry of load()) {
      let sum = 0;
      for (let index = 0; index < asked.length; index++) {
        let least = Infinity;
        for (const word of entry.words) {
          let value = known[index].get(word);
          if (value === undefined) known[index].set(word, (value = cost(asked[index], word)));
          if (value < least) least = value;
        }
        sum += least;
        if (sum === Infinity) break;
      }
      if (sum < Infinity) matches.push([sum, entry]);
    }
    matches.sort((one, other) => one[0] - other[0] || one[1].kind - other[1].kind || one[1].words.length - other[1].words.length || one[1].name.localeCompare(other[1].name, "fr"));
    return { total: matches.length, best: matches.slice(0, most).map((match) => match[1]) };
  };
  if (typeof module !== "undefined") module.exports = { search, fold };
  if (typeof document === "undefined") return;
  const MOST = 20;
  const box = document.getElementById("q"), list = document.getElementById("resultats"), count = document.getElementById("compte");
  if (!box) return;
  const show = () => {
    const text = box.value;
    list.replaceChildren();
    if (!text.trim()) { count.textContent = ""; return; }
    const { total, best } = search(text, MOST);
    for (const entry of best) {
      const item = document.createElement("li"), link = document.createElement("a"), detail = document.createElement("span");
      link.href = entry.href;
      link.textContent = entry.name;
      detail.textContent = entry.detail;
      detail.className = "soft";
      item.append(link, detail);
      list.append(item);
    }
    count.textContent = total === 0 ? "Aucun résultat. Essayez le numéro (UAI), la commune, le territoire ou la formation seule." : total === 1 ? "1 résultat" : total > MOST ? `${total} résultats, les ${MOST} premiers ci-dessous` : `${total} résultats`;
  };
  box.addEventListener("input", show);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter") { const first = list.querySelector("a"); if (first) { event.preventDefault(); first.click(); } }
    if (event.key === "ArrowDown") { const first = list.querySelector("a"); if (first) { event.preventDefault(); first.focus(); } }
  });
  list.addEventListener("keydown", (event) => {
    const item = event.target.closest("li"), next = { ArrowDown: item?.nextElementSibling, ArrowUp: item?.previousElementSibling }[event.key];
    if (event.key === "ArrowUp" && !next) box.focus();
    if (next) { event.preventDefault(); next.querySelector("a").focus(); }
  });
  const asked = new URLSearchParams(location.search).get("q");
  if (asked) box.value = asked;
  if (box.value) show();
})();
