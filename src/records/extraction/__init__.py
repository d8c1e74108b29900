"""From bytes to text, pages and pictures (提取): what a foreign file says, read where it can do no harm.

Nothing here parses a file in the calling process. `types` looks at the first bytes only; `worker.Extractor` hands the
file to a warm child with limits on memory, time and output and without a network; `child` is that process, and `pdf`,
`images`, `plain` and `sheets` are what it reads with. `pdf` is the only door to pypdfium2 and pdfplumber, `sheets` to
openpyxl.
"""
