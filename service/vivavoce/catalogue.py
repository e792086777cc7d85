"""Which names can be asked for: the models and their voices, with the operator's aliases."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from vivavoce.core import Voice
from vivavoce.errors import InvalidRequest, ModelNotFound
from vivavoce.models import blends
from vivavoce.models.base import Facts, Model, is_loaded


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """A name that a request may give as its model."""

    id: str
    facts: Facts
    alias_of: str = ""
    """Id of the model behind an alias; empty for the model itself."""


@dataclass(frozen=True, slots=True)
class VoiceEntry:
    """A name that a request may give as its voice."""

    id: str
    voice: Voice
    facts: Facts
    """Of the model that it belongs to."""
    alias_of: str = ""


class Catalogue:
    """The models, in memory or not. Aliases of models and voices that are not here are left out, so that a
    name in a list is a name that works."""

    def __init__(
        self,
        models: Sequence[Model],
        model_aliases: Mapping[str, str],
        voice_aliases: Mapping[str, Mapping[str, str]],
    ) -> None:
        self._models = {model.facts.id: model for model in models}
        self._aliases = {
            alias: name
            for alias, name in model_aliases.items()
            if name in self._models and alias not in self._models
        }
        self._voices = {
            model.facts.id: dict(_voices(model.facts, voice_aliases.get(model.facts.id, {})))
            for model in models
        }

    def model(self, name: str) -> Model:
        """The model of that id or alias; ModelNotFound if there is none."""
        model = self._models.get(self._aliases.get(name, name))
        if model is None:
            known = ", ".join(sorted(self._models))
            raise ModelNotFound(f"The model '{name}' does not exist; there is: {known}.", param="model")
        return model

    def voice(self, model: Model, name: str) -> Voice:
        """The voice of that id or alias, or the blend that `name` describes; InvalidRequest if the model has
        none such."""
        entry = self._voices[model.facts.id].get(name)
        if entry is None:
            if model.facts.blends_voices and blends.is_blend(name):
                return self._blend(model, name)
            known = ", ".join(voice.id for voice in model.facts.voices)
            raise InvalidRequest(
                f"The model '{model.facts.id}' has no voice '{name}'; it has: {known}.", param="voice"
            )
        return entry.voice

    def _blend(self, model: Model, expression: str) -> Voice:
        """A voice whose id is the expression itself, with aliases resolved."""
        try:
            parts = blends.parse(expression)
        except ValueError as error:
            raise InvalidRequest(
                f"The voice '{expression}' cannot be blended: {error}.", param="voice"
            ) from None
        voices = [self.voice(model, part.voice) for part in parts]
        weighed = [blends.Part(voice.id, part.weight) for voice, part in zip(voices, parts, strict=True)]
        languages = dict.fromkeys(language for voice in voices for language in voice.languages)
        return Voice(blends.write(weighed), expression, tuple(languages))

    def loaded(self) -> list[Model]:
        """The models that are in memory now."""
        return [model for model in self._models.values() if is_loaded(model)]

    def models(self) -> list[ModelEntry]:
        """Every name of a model, ordered."""
        own = [ModelEntry(name, model.facts) for name, model in self._models.items()]
        aliases = [ModelEntry(alias, self._models[name].facts, name) for alias, name in self._aliases.items()]
        return sorted(own + aliases, key=lambda entry: entry.id)

    def entry(self, name: str) -> ModelEntry:
        """The entry of that id or alias; ModelNotFound if there is none."""
        facts = self.model(name).facts
        return ModelEntry(name, facts, "" if name == facts.id else facts.id)

    def voices(self, model: str = "", language: str = "") -> list[VoiceEntry]:
        """Every name of a voice, ordered by model and id; ModelNotFound for a model that is not here."""
        ids = [self.model(model).facts.id] if model else sorted(self._models)
        return [
            entry
            for name in ids
            for _, entry in sorted(self._voices[name].items())
            if not language or any(_speaks(spoken, language) for spoken in entry.voice.languages)
        ]


def _voices(facts: Facts, aliases: Mapping[str, str]) -> Iterator[tuple[str, VoiceEntry]]:
    own = {voice.id: voice for voice in facts.voices}
    for alias, name in aliases.items():
        if name in own:
            yield alias, VoiceEntry(alias, own[name], facts, name)
    for name, voice in own.items():
        yield name, VoiceEntry(name, voice, facts)


def _speaks(spoken: str, asked: str) -> bool:
    """Whether a voice that speaks `spoken` answers to `asked`: en-US answers to en and to en-US."""
    return f"{spoken.lower()}-".startswith(f"{asked.lower()}-")
