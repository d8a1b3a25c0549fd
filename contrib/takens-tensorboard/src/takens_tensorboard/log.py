"""A log that TensorBoard reads."""

# TensorBoard has no types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportAttributeAccessIssue=false, reportUnknownParameterType=false

from __future__ import annotations

import struct
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Self, final

import attrs
from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboard.plugins.custom_scalar import layout_pb2
from tensorboard.plugins.hparams import api_pb2, metadata as hparams, plugin_data_pb2
from tensorboard.plugins.text.plugin_data_pb2 import TextPluginData
from tensorboard.summary.writer.event_file_writer import EventFileWriter

# TensorBoard looks for news every half minute.
_FLUSH_SECONDS: Final = 10
_EVENT_FILES: Final = "events.out.tfevents.*"


@final
@attrs.frozen(eq=False)
class Log:
    """Writes event files; all scalars of a step are one event."""

    writer: Any

    @classmethod
    def open(cls, directory: Path, *, from_step: int) -> Self:
        """Go on in a directory; what was logged from step ``from_step`` on counts no more."""
        # TensorBoard reads files in the order of their names, which begin with the second.
        if f"events.out.tfevents.{int(time.time())}" <= _last_name(directory):
            time.sleep(1)
        log = cls(EventFileWriter(str(directory), flush_secs=_FLUSH_SECONDS))
        start = SessionLog(status=SessionLog.START)
        log.writer.add_event(Event(wall_time=time.time(), step=from_step, session_log=start))
        return log

    def scalars(
        self, values: Mapping[str, float], step: int, wall_time: float | None = None
    ) -> None:
        """Log numbers by tag; TensorBoard keeps them in single precision."""
        each = [Summary.Value(tag=tag, simple_value=value) for tag, value in values.items()]
        self._write(each, step, wall_time)

    def text(self, tag: str, markdown: str, step: int) -> None:
        """Log a text, which is shown as Markdown."""
        content = TextPluginData(version=0).SerializeToString()
        shape = TensorShapeProto(dim=[TensorShapeProto.Dim(size=1)])
        tensor = TensorProto(
            dtype="DT_STRING", string_val=[markdown.encode()], tensor_shape=shape
        )
        about = _about("text", content)
        self._write([Summary.Value(tag=tag, metadata=about, tensor=tensor)], step)

    def image(self, tag: str, png: bytes, step: int) -> None:
        """Log an image as it is."""
        width, height = struct.unpack(">II", png[16:24])
        image = Summary.Image(
            width=width, height=height, colorspace=4, encoded_image_string=png
        )
        self._write([Summary.Value(tag=tag, image=image)], step)

    def charts(self, lines: Mapping[str, str]) -> None:
        """Say which tags, by a regular expression, share a chart under Custom Scalars."""
        charts = [
            layout_pb2.Chart(
                title=title, multiline=layout_pb2.MultilineChartContent(tag=[pattern])
            )
            for title, pattern in lines.items()
        ]
        layout = layout_pb2.Layout(
            category=[layout_pb2.Category(title="training", chart=charts)]
        )
        tensor = TensorProto(
            dtype="DT_STRING",
            string_val=[layout.SerializeToString()],
            tensor_shape=TensorShapeProto(),
        )
        value = Summary.Value(
            tag="custom_scalars__config__", metadata=_about("custom_scalars"), tensor=tensor
        )
        self._write([value], 0)

    def hyperparameters(self, values: Mapping[str, bool | float | str], name: str) -> None:
        """Log what the run was started with, for the HParams page."""
        start = plugin_data_pb2.SessionStartInfo(group_name=name, start_time_secs=time.time())
        for key, value in values.items():
            if isinstance(value, bool):
                start.hparams[key].bool_value = value
            elif isinstance(value, str):
                start.hparams[key].string_value = value
            else:
                start.hparams[key].number_value = value
        about = plugin_data_pb2.HParamsPluginData(session_start_info=start)
        self._session(hparams.SESSION_START_INFO_TAG, about)

    def ended(self, *, well: bool) -> None:
        """Say on the HParams page how the run ended."""
        status = api_pb2.STATUS_SUCCESS if well else api_pb2.STATUS_FAILURE
        end = plugin_data_pb2.SessionEndInfo(status=status, end_time_secs=time.time())
        about = plugin_data_pb2.HParamsPluginData(session_end_info=end)
        self._session(hparams.SESSION_END_INFO_TAG, about)

    def flush(self) -> None:
        """Bring everything to the disk."""
        self.writer.flush()

    def close(self) -> None:
        """Bring everything to the disk, and write no more."""
        self.writer.close()

    def _session(self, tag: str, about: Any) -> None:
        value = Summary.Value(
            tag=tag, metadata=hparams.create_summary_metadata(about), tensor=hparams.NULL_TENSOR
        )
        self._write([value], 0)

    def _write(self, values: list[Any], step: int, wall_time: float | None = None) -> None:
        when = time.time() if wall_time is None else wall_time
        self.writer.add_event(Event(wall_time=when, step=step, summary=Summary(value=values)))


def has_logs(directory: Path) -> bool:
    """Whether something was logged there before."""
    return any(directory.glob(_EVENT_FILES))


def _last_name(directory: Path) -> str:
    return max((path.name for path in directory.glob(_EVENT_FILES)), default="")


def remove_logs(directory: Path) -> None:
    """Remove the event files of a run that is replaced."""
    for path in directory.glob(_EVENT_FILES):
        path.unlink()


def _about(plugin: str, content: bytes = b"") -> Any:
    data = SummaryMetadata.PluginData(plugin_name=plugin, content=content)
    return SummaryMetadata(plugin_data=data)
