(() => {
  const byId = (id) => document.getElementById(id);
  const table = byId("table"), column = byId("colonne"), code = byId("code"), state = byId("etat"), out = byId("lignes"), save = byId("csv");
  const RAISONS = { secret: "masqué", absent: "absent à la source", non_echu: "pas encore observé", non_produit: "non produit" };
  const MOST = 500;
  let shown = [];

  const say = (text) => { state.textContent = text; };
  const option = (value, text) => new Option(text, value);
  const chosen = () => TABLES[Number(table.value)];

  const fill = () => {
    const names = chosen().codes.map(([name, label]) => option(name, label));
    column.replaceChildren(...names);
    out.replaceChildren();
    save.hidden = true;
    say("");
  };

  // A value, or why there is none: never both, never 0 for a hidden one.
  const cell = (row, name) => {
    const value = row[name];
    if (value !== null && value !== undefined && value !== "") return Array.isArray(value) ? value.join("|") : String(value);
    const reason = row[`${name}_statut`];
    return reason && reason !== "mesure" ? RAISONS[reason] ?? reason : "";
  };

  const draw = (one, rows) => {
    const head = document.createElement("thead");
    const line = head.insertRow();
    for (const [, label] of one.columns) {
      const th = document.createElement("th");
      th.scope = "col";
      th.textContent = label;
      line.append(th);
    }
    const body = document.createElement("tbody");
    for (const row of rows) {
      const line = body.insertRow();
      for (const [name] of one.columns) line.insertCell().textContent = cell(row, name).replace(/^(-?\d+)\.(\d+)$/, "$1,$2");
    }
    const caption = document.createElement("caption");
    caption.textContent = `${one.title}, ${one.dataset} ${one.version}`;
    out.replaceChildren(caption, head, body);
  };

  const quoted = (text) => (/[";\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const names = (one) => one.columns.flatMap(([name]) => (one.status.includes(name) ? [name, `${name}_statut`] : [name]));
  const csv = (one, rows) => {
    const text = (row, name) => (row[name] === null || row[name] === undefined ? "" : Array.isArray(row[name]) ? row[name].join("|") : String(row[name]));
    const lines = rows.map((row) => names(one).map((name) => quoted(text(row, name))).join(";"));
    return "\ufeff" + [names(one).join(";"), ...lines].join("\n") + "\n";
  };

  const ask = async () => {
    const one = chosen(), wanted = code.value.trim();
    if (!wanted) { say("Donnez un code."); return; }
    if (location.protocol === "file:") { say("Un navigateur ne lit pas un autre fichier du disque : ouvrez cette page depuis un serveur, ou téléchargez le jeu."); return; }
    say("Lecture…");
    save.hidden = true;
    out.replaceChildren();
    let bytes = 0;
    try {
      // The bytes that are asked for, and no other: footer, Bloom filters, then pages of the rows.
      const remote = await Parquet.asyncBufferFromUrl({ url: `../${one.path}` });
      const counted = { byteLength: remote.byteLength, slice: async (start, end) => { const part = await remote.slice(start, end); bytes += part.byteLength; return part; } };
      const file = Parquet.cachedAsyncBuffer(counted);
      const rows = await Parquet.parquetReadObjects({ file, columns: names(one), filter: { [column.value]: { $eq: wanted } }, compressors: Parquet.compressors, useBloomFilters: true, usePageIndex: true });
      const many = rows.length > 1 ? `${rows.length} lignes` : rows.length === 1 ? "une ligne" : "aucune ligne";
      const cut = rows.length > MOST ? `, les ${MOST} premières sont affichées` : "";
      say(`${column.selectedOptions[0].text} ${wanted} : ${many}${cut} ; ${Math.ceil(bytes / 1024)} Kio lus sur ${Math.ceil(remote.byteLength / 1024)}.`);
      if (rows.length) { draw(one, rows.slice(0, MOST)); shown = rows; save.hidden = false; }
    } catch (error) {
      say(`La lecture n’a pas abouti (${error.message}). Le jeu complet reste à télécharger.`);
    }
  };

  save.addEventListener("click", () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([csv(chosen(), shown)], { type: "text/csv" }));
    link.download = `${chosen().table}-${code.value.trim()}.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
  table.replaceChildren(...TABLES.map((one, index) => option(String(index), one.title)));
  table.addEventListener("change", fill);
  byId("demande").addEventListener("submit", (event) => { event.preventDefault(); ask(); });
  fill();
})();
