#!/bin/bash
# Tests medlsam.sbatch on a Slurm cluster of this one machine (Debian: apt install slurm-wlm; run as root):
# starts the cluster in a folder of its own, runs an array job over a small synthetic dataset, kills one of its tasks
# in the middle, submits the job again, and compares the results byte for byte with those of an undisturbed run.
#
#   npm run build && workflows/slurm/one-node-cluster.sh
#
# workflows/slurm/one-node-cluster.log is what it printed.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
export SLURM_CONF=$work/slurm.conf MEDLSAM="node $root/dist/cli.js"
host=$(hostname -s)
daemons=()
stop() { kill "${daemons[@]}" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"; }
trap stop EXIT

echo "== a cluster of one node"
mkdir "$work"/{state,spool,logs}
chmod 755 "$work"
dd if=/dev/urandom of="$work/munge.key" bs=1024 count=1 status=none
chmod 600 "$work/munge.key"
munged --foreground --force --key-file "$work/munge.key" --socket "$work/munge.socket" --pid-file "$work/munged.pid" \
  --log-file "$work/logs/munged" --seed-file "$work/munge.seed" 2>"$work/logs/munged.err" & daemons+=($!)
cat > "$SLURM_CONF" <<CONF
ClusterName=one
SlurmctldHost=$host(127.0.0.1)
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthInfo=socket=$work/munge.socket
CredType=cred/munge
SlurmctldPort=26817
SlurmdPort=26818
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
JobCompType=jobcomp/filetxt
JobCompLoc=$work/logs/jobs
MpiDefault=none
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
sleep 1
slurmctld -D 2>"$work/logs/slurmctld" & daemons+=($!)
slurmd -D -N "$host" 2>"$work/logs/slurmd" & daemons+=($!)
for _ in $(seq 60); do sinfo -h -o %T 2>/dev/null | grep -q idle && break; sleep 1; done
sinfo --version
sinfo -o "%P %D nodes %c CPUs, %T"

echo "== a dataset of twelve small scans"
cd "$work"
(cd "$root" && npx tsx test/support/makeTinyDataset.ts "$work" 12)
options=$(cat options)

submit() { sbatch --parsable --array=1-2 --cpus-per-task=1 --mem=0 --output="$work/logs/task-%a.txt" "$@" "$root/workflows/slurm/medlsam.sbatch" scans --out results $options; }
finish() { while squeue -h -j "$1" 2>/dev/null | grep -q .; do sleep 0.2; done; }

echo "== an array job of two tasks; task 1 is killed in the middle"
job=$(submit)
echo "sbatch: job $job"
while ! grep -q '^\[2/6\]' logs/task-1.txt 2>/dev/null; do sleep 0.05; done
# kill -9 for all its processes: no time to tidy up.
task=$(squeue -h -j "${job}_1" -o %A)
scontrol listpids "$task" | awk 'NR > 1 && $1 > 0 { print $1 }' | xargs kill -9
finish "$job"
for task in 1 2; do echo "-- task $task"; sed "s|$work|WORK|g" "logs/task-$task.txt"; done
echo "-- left of killed tasks: $(find results/.medlsam/claims -type f | wc -l) claims"

echo "== the same line again"
rm logs/task-*
job=$(submit)
echo "sbatch: job $job"
finish "$job"
for task in 1 2; do echo "-- task $task"; sed "s|$work|WORK|g" "logs/task-$task.txt"; done
echo "-- how Slurm saw the tasks end"
sed -E 's/.*JobId=([0-9]+).*Name=([^ ]+) JobState=([A-Z]+).*ExitCode=([0-9:]+).*/job \1 \2 \3 exit code \4/' logs/jobs

echo "== compared with an undisturbed run"
$MEDLSAM run scans --out undisturbed $options | tail -5 | sed "s|$work|WORK|g"
files() { cd "$1" && find . -type f -not -path './.medlsam/journal/*' -not -name summary.csv -print0 | sort -z | xargs -0 sha256sum; }
diff <(files results) <(files undisturbed)
# Of summary.csv the column with the seconds may differ.
columns() { node --input-type=module -e 'import { readFileSync } from "node:fs"; for (const line of readFileSync(process.argv[1], "utf8").split("\n")) console.log(line.replace(/,[\d.]*((?:,[^,]*){3})$/, "$1"))' "$1"; }
diff <(columns results/summary.csv) <(columns undisturbed/summary.csv)
echo "$(files results | wc -l) files and summary.csv are the same, byte for byte; left over: $(find results \( -name '*.part' -o -name '*.tmp' -o -path '*/claims/*' \) | wc -l) files"
