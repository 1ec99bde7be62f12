/** The model of the next answer, and what can be done with the conversation as a whole while it rests. */
export function Toolbar({ models, model, onModel, enabled, onNew, onExport, onDelete }) {
  return (
    <div className="toolbar">
      <label>
        <span>Model</span>
        <select value={model} onChange={(event) => onModel(event.target.value)}>
          {models.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <button type="button" onClick={onNew} disabled={!enabled}>
        New
      </button>
      <button type="button" onClick={onExport} disabled={!enabled}>
        Export
      </button>
      <button type="button" onClick={onDelete} disabled={!enabled}>
        Delete
      </button>
    </div>
  )
}
