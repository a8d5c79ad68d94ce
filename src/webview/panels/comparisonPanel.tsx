import type { JSX } from 'preact'
import type { ComparedStructure } from '../../shared/labelComparison.js'
import type { ScanAction } from '../../protocol/scanEditor.js'
import type { EditorActions } from '../control/editorActions.js'
import type { ComparisonState, EditorState } from '../control/editorState.js'
import { AGREEMENT } from '../viewer/agreement.js'
import { Button } from './button.js'

/** The "Measure" section: statistics of the label map, and how it differs from another one. */
export function ComparisonPanel({
  state: { comparison, canRun },
  actions,
}: {
  readonly state: EditorState
  readonly actions: EditorActions
}): JSX.Element {
  const button = (name: ScanAction, text: string, title?: string): JSX.Element => (
    <Button
      name={name}
      text={text}
      title={title}
      disabled={!canRun}
      onClick={() => {
        actions.act(name)
      }}
    />
  )
  return (
    <>
      <h2>Measure</h2>
      {comparison?.isStale === true && (
        <div class="stale" role="status">
          <span class="hint">Changed since: the planes follow, the table does not.</span>
          {button('compareAgain', 'Repeat', 'Compare again as it is now')}
        </div>
      )}
      {comparison !== null && <Comparison comparison={comparison} actions={actions} />}
      <div class="buttons">
        {comparison !== null && (
          <>
            {button('copyComparison', 'Copy table')}
            {button('saveComparison', 'Save as CSV…')}
            {button('closeComparison', 'End comparison')}
          </>
        )}
        {button('compare', comparison === null ? 'Compare with…' : 'With another…', 'Another label map of this scan')}
        {button('statistics', 'Statistics…', 'Volume, HU, box and centre of every structure')}
      </div>
    </>
  )
}

function Comparison({
  comparison: { view, isStale, problem },
  actions,
}: {
  readonly comparison: ComparisonState
  readonly actions: EditorActions
}): JSX.Element {
  return (
    <div class={isStale ? 'comparison out-of-date' : 'comparison'} data-reference={view.reference.name}>
      <p class="hint">{`Against ${view.reference.name}. A name leads to the slice where most differs.`}</p>
      {[...(problem === null ? [] : [problem]), ...view.warnings].map((text, at) => (
        <p key={at} class="warning">
          {text}
        </p>
      ))}
      <ul class="agreement">
        {AGREEMENT.map(({ color, text }) => (
          <li key={text}>
            <span class="swatch" aria-hidden="true" style={{ background: color }} />
            {text}
          </li>
        ))}
      </ul>
      <table>
        <thead>
          <tr>
            <th scope="col">Structure</th>
            <th scope="col">Dice</th>
            <th scope="col" title="95th percentile of the distances of the surfaces in mm">
              HD95
            </th>
            <th scope="col" title="Volume here in ml">
              ml
            </th>
            <th scope="col" title="Volume in the reference in ml">
              Ref. ml
            </th>
            <th scope="col" title="Volume here less that in the reference, in ml">
              Diff.
            </th>
          </tr>
        </thead>
        <tbody>
          {view.structures.map((structure) => (
            <Row key={structure.name} structure={structure} actions={actions} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Row({
  structure: { name, dice, hd95Mm, volumeMl, referenceMl, worstMm },
  actions,
}: {
  readonly structure: ComparedStructure
  readonly actions: EditorActions
}): JSX.Element {
  const difference = volumeMl - referenceMl
  return (
    <tr data-compared={name}>
      <th scope="row">
        <Button
          name={`worst-${name}`}
          text={name}
          label={worstMm === null ? `${name}: nothing differs` : `Go to the worst slice of ${name}`}
          class="link name"
          disabled={worstMm === null}
          onClick={() => {
            if (worstMm !== null) actions.moveTo(worstMm)
          }}
        />
      </th>
      <td>{dice.toFixed(2)}</td>
      <td>{hd95Mm === null ? '–' : hd95Mm.toFixed(1)}</td>
      <td>{ml(volumeMl)}</td>
      <td>{ml(referenceMl)}</td>
      <td>{`${difference > 0 ? '+' : ''}${ml(difference)}`}</td>
    </tr>
  )
}

/** As many digits as a volume has that matter. */
function ml(value: number): string {
  return value.toFixed(Math.abs(value) < 100 ? 1 : 0)
}
