#!/bin/bash
# Tests the Snakefile on a small synthetic dataset (Snakemake: pip install snakemake): runs it, removes one result, adds
# a scan, runs it again, compares everything byte for byte with a plain `medlsam run`, and adds a scan that is broken.
#
#   npm run build && workflows/snakemake/test.sh
#
# workflows/snakemake/test.log is what it printed.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
snakemake=$(command -v "${SNAKEMAKE:-snakemake}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
medlsam="node $root/dist/cli.js"

(cd "$root" && npx tsx test/support/makeTinyDataset.ts "$work" 6)
cd "$work"
# A name that would match others if it were taken for a glob.
mv scans/site2/p005_ct.nii.gz spare_ct.nii.gz
mv scans/site0/p000_ct.nii.gz 'scans/site0/p[0-9]*_ct.nii.gz'
options=$(cat options)
run() {
  "$snakemake" -s "$root/workflows/snakemake/Snakefile" --cores 2 "$@" --config scans=scans out=results threads=1 medlsam="$medlsam" options="$options" >log 2>&1 || { [ $# = 1 ] || { cat log; exit 1; }; }
  grep -c '^rule segment:\|^localrule segment:' log || true
}

echo "snakemake $("$snakemake" --version)"
echo "first run, jobs that segmented: $(run)"
echo "again, jobs that segmented: $(run)"
rm results/site1/p001_ct_dseg.nii.gz
echo "after a label map was removed, jobs that segmented: $(run)"
mkdir -p scans/later/deep
mv spare_ct.nii.gz scans/later/deep/
echo "after a scan was added in a new folder, jobs that segmented: $(run)"

$medlsam run scans --out plain $options >/dev/null
files() { cd "$1" && find . -type f \( -name '*_dseg.*' -o -name summary.html \) -print0 | sort -z | xargs -0 sha256sum; }
diff <(files results) <(files plain)
echo "$(files results | wc -l) files are those of a plain run, byte for byte"

echo 'no scan' >scans/later/broken_ct.nii.gz
run --keep-going >/dev/null
echo "of a scan that is broken the summary says: $(grep broken results/summary.csv | cut -d, -f1,4)"
