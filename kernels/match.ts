import { COST_STEPS, CostVolume } from './costs'
import { reserve } from './memory'
import { fromVectors, Pair, widened } from './pair'
import { smoothBlocks } from './smooth'

/** Beyond every cost. */
const FAR: f32 = 1e30
/** What blocks that are not seen weigh in smoothing: they follow the others. */
const UNSEEN_WEIGHT: f32 = 0.02

/**
 * Smooth displacements that match a query to a template within a cube of displacements (coupled convex).
 * @param at a Pair
 * @param base int16 x, y, z per block: the middle of its cube, relative to its place; 0 for none
 * @param couplings float32 per round: how strongly the best match is drawn to the smooth field
 * @param out float32 x, y, z per block, in template cells
 */
export function matchBlocks(at: usize, base: usize, reach: i32, couplings: usize, rounds: i32, out: usize): void {
  const pair = changetype<Pair>(at)
  const blocks = pair.bx * pair.by * pair.bz
  const cost = new CostVolume(pair, widened(pair.template, pair.nx * pair.ny * pair.nz), base, reach)
  const field = reserve(16 * blocks)
  for (let i = 0; i < blocks; i++) {
    const middle = base
      ? f32x4(<f32>load<i16>(base + 6 * i), <f32>load<i16>(base + 6 * i, 2), <f32>load<i16>(base + 6 * i, 4), 0)
      : f32x4.splat(0)
    v128.store(field + 16 * i, middle)
  }
  const spare = reserve(16 * blocks)
  const pulls = reserve(4 * cost.wide * 3)
  chooseMoves(cost, blocks, 0, field, pulls)
  smoothSeen(pair, field, spare)
  for (let round = 0; round < rounds; round++) {
    chooseMoves(cost, blocks, load<f32>(couplings + 4 * round), field, pulls)
    smoothSeen(pair, field, spare)
  }
  fromVectors(field, blocks, out)
}

/** The displacement with the least cost plus distance to where the field points, written over the field. */
function chooseMoves(cost: CostVolume, blocks: i32, coupling: f32, field: usize, pulls: usize): void {
  const pull = coupling * COST_STEPS
  const cube = 2 * cost.moves
  for (let block = 0; block < blocks; block++) {
    const row = load<i32>(cost.rowOf + 4 * block)
    if (row < 0) continue
    const to = field + 16 * block
    for (let axis = 0; axis < 3; axis++)
      fillPulls(cost, block, axis, load<f32>(to + 4 * axis), pull, pulls + 4 * cost.wide * axis)
    chooseMove(cost, cost.costs + cube * row, block, pulls, to)
  }
}

/** Where the middle of a block's cube lies. */
function middle(cost: CostVolume, block: i32, axis: i32): i32 {
  return cost.base ? <i32>load<i16>(cost.base + 6 * block + 2 * axis) : 0
}

/** What each displacement along one axis costs for its distance to the field. */
function fillPulls(cost: CostVolume, block: i32, axis: i32, wanted: f32, pull: f32, out: usize): void {
  const first = middle(cost, block, axis) - cost.reach
  for (let i = 0; i < cost.wide; i++) {
    const off = <f32>(first + i) - wanted
    store<f32>(out + 4 * i, i < cost.side ? pull * off * off : FAR)
  }
}

/** The displacement nearest to the field along one axis, by its pull. */
function nearest(pulls: usize, side: i32): i32 {
  let best = 0
  for (let i = 1; i < side; i++) if (load<f32>(pulls + 4 * i) < load<f32>(pulls + 4 * best)) best = i
  return best
}

/** The cheapest displacement of one block; the first of them where several are. */
function chooseMove(cost: CostVolume, costs: usize, block: i32, pulls: usize, to: usize): void {
  const side = cost.side
  const wide = cost.wide
  const alongY = pulls + 4 * wide
  const alongZ = alongY + 4 * wide
  // What lies farther from the field than the nearest displacement costs in all cannot be better.
  const ni = nearest(pulls, side)
  const nj = nearest(alongY, side)
  const nk = nearest(alongZ, side)
  const bound =
    <f32>load<u16>(costs + 2 * (ni + wide * (nj + side * nk))) +
    load<f32>(pulls + 4 * ni) +
    (load<f32>(alongY + 4 * nj) + load<f32>(alongZ + 4 * nk))
  let least = f32x4.splat(FAR)
  let chosen = i32x4.splat(0)
  const lanes = i32x4(0, 1, 2, 3)
  for (let k = 0, move = 0; k < side; k++) {
    for (let j = 0; j < side; j++, move += wide) {
      const far = load<f32>(alongY + 4 * j) + load<f32>(alongZ + 4 * k)
      if (far > bound) continue
      const fars = f32x4.splat(far)
      for (let i = 0; i < wide; i += 4) {
        const own = f32x4.convert_i32x4_s(v128.load_ext<u16>(costs + 2 * (move + i)))
        const total = f32x4.add(f32x4.add(own, v128.load(pulls + 4 * i)), fars)
        const isLess = f32x4.lt(total, least)
        least = v128.bitselect(total, least, isLess)
        chosen = v128.bitselect(i32x4.add(lanes, i32x4.splat(move + i)), chosen, isLess)
      }
    }
  }
  let best = f32x4.extract_lane(least, 0)
  let move = i32x4.extract_lane(chosen, 0)
  for (let lane = 1; lane < 4; lane++) {
    least = v128.shuffle<i32>(least, least, 1, 2, 3, 0)
    chosen = v128.shuffle<i32>(chosen, chosen, 1, 2, 3, 0)
    const total = f32x4.extract_lane(least, 0)
    const other = i32x4.extract_lane(chosen, 0)
    if (total < best || (total == best && other < move)) {
      best = total
      move = other
    }
  }
  const x = (move % wide) + middle(cost, block, 0) - cost.reach
  const y = ((move / wide) % side) + middle(cost, block, 1) - cost.reach
  const z = move / (wide * side) + middle(cost, block, 2) - cost.reach
  v128.store(to, f32x4(<f32>x, <f32>y, <f32>z, 0))
}

/** Smooths displacements twice; blocks that are not seen take those of their neighbours. */
function smoothSeen(pair: Pair, field: usize, spare: usize): void {
  const blocks = pair.bx * pair.by * pair.bz
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < blocks; i++) {
      const weight = load<u8>(pair.seen + i) ? <f32>1 : UNSEEN_WEIGHT
      const at = field + 16 * i
      v128.store(at, f32x4.mul(f32x4.splat(weight), f32x4.replace_lane(v128.load(at), 3, 1)))
    }
    smoothBlocks(field, pair.bx, pair.by, pair.bz, spare)
    for (let i = 0; i < blocks; i++) {
      const v = v128.load(field + 16 * i)
      v128.store(field + 16 * i, f32x4.div(v, v128.shuffle<i32>(v, v, 3, 3, 3, 3)))
    }
  }
}
