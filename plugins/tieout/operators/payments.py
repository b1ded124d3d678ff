"""Pays suppliers: freeze the proposal, ask, take the answers, make and send the files, land what happened."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import BaseOperator, Context, Param

from tieout import settings
from tieout.errors import Refused
from tieout.operators.connections import archive_root, keys, resolve, sftp_client, warehouse_dsn
from tieout.operators.origin import origin, started_by
from tieout.payments.vocabulary import ANSWER_WITHIN, OPTIONS, REFUSE, SCHEDULE

if TYPE_CHECKING:
    from tieout.payments.accounts_at_hand import PayingAccount

COMMENT = {"comment": Param("", type="string", description="Why; kept with the answer.")}
"""What an approver may fill in."""


class FreezeProposals(BaseOperator):
    """Take over what banks said, then freeze what is proposed, for the run's entity or for all that pay through us."""

    def execute(self, context: Context) -> list[dict[str, str]]:
        """Return the batches that wait for an answer, each with its hash and page.

        Raises:
            Refused: the run is a backfill: what was due then was paid then, or is proposed now; or the archive knows
                files that this warehouse does not: it was restored.
            AirflowSkipException: nothing is due.
        """
        from airflow.sdk.exceptions import AirflowSkipException

        from tieout.archive.store import Archive
        from tieout.payments import answers, freeze, journal, landing, outcomes, page

        refuse_backfill(origin(context))
        dsn, now = warehouse_dsn(), settings.business_now()
        journal.refuse_lost(dsn, Archive(archive_root(), keys()))
        said = outcomes.take_outcomes(dsn, now=now, trace_id=context["run_id"])
        silent = answers.refuse_silent(dsn, dag_run_id=context["run_id"], now=now)
        batches = freeze.freeze_all(
            dsn,
            entity_id=context["params"]["entity_id"].strip(),
            proposed_by=started_by(context) or SCHEDULE,
            dag_run_id=context["run_id"],
            now=now,
        )
        landed = landing.land_due(dsn, now=now, trace_id=context["run_id"])
        self.log.info("Banks said %s new things; %s batches wait; %s versions landed.", said, len(batches), landed)
        if silent:
            self.log.warning("Refused, because nobody answered and no run waits for it: %s.", ", ".join(silent))
        if not batches:
            raise AirflowSkipException("Nothing is due.")
        return page.pages(dsn, batches)


class Ask(HITLOperator):
    """Ask a person whether a batch may be paid. Silence refuses; a second person is asked where the batch needs one.

    Args:
        batch_id: of the batch.
        page: what is shown.
        round_: 1 or 2.
    """

    template_fields = (*HITLOperator.template_fields, "batch_id")

    def __init__(self, *, batch_id: Any, page: Any, round_: int, **kwargs: Any) -> None:
        super().__init__(
            subject="Pay suppliers" if round_ == 1 else "Pay suppliers: second approval",
            body=page,
            options=list(OPTIONS),
            defaults=REFUSE,
            response_timeout=ANSWER_WITHIN,
            **kwargs,
        )
        self.batch_id = batch_id
        self.round_ = round_

    def execute(self, context: Context) -> Any:
        """Wait for the answer.

        Raises:
            AirflowSkipException: no second person is needed, or the first refused.
        """
        from airflow.sdk.exceptions import AirflowSkipException

        from tieout.payments import answers

        if self.round_ > 1 and answers.state(warehouse_dsn(), self.batch_id) != "awaits_second":
            raise AirflowSkipException("No second answer is needed.")
        return super().execute(context)


class TakeAnswer(BaseOperator):
    """Judge an answer, keep it, and carry it out.

    Args:
        batch_id: of the batch.
        sha256: its hash as it was shown.
        response: of the task that asked.
        round_: 1 or 2.
    """

    template_fields = ("batch_id", "sha256", "response")

    def __init__(self, *, batch_id: Any, sha256: Any, response: Any, round_: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.batch_id = batch_id
        self.sha256 = sha256
        self.response = response
        self.round_ = round_

    def execute(self, context: Context) -> str:
        """Return where the batch stands.

        Raises:
            AirflowSkipException: it is refused, so that nothing follows.
        """
        from airflow.sdk.exceptions import AirflowSkipException

        from tieout.payments import answers

        taken = answers.take(
            warehouse_dsn(),
            self.batch_id,
            self.sha256,
            self.response,
            round_=self.round_,
            now=settings.business_now(),
        )
        self.log.info("%s: %s, because: %s", self.batch_id, taken.state, taken.reason)
        if taken.state == "refused":
            raise AirflowSkipException(f"Refused: {taken.reason}")
        return taken.state


class MakeFiles(BaseOperator):
    """Make the files of an approved batch, once.

    Args:
        batch_id: of the batch.
    """

    template_fields = ("batch_id",)

    def __init__(self, *, batch_id: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.batch_id = batch_id

    def execute(self, context: Context) -> list[str]:
        """Return the names of the files.

        Raises:
            AirflowSkipException: the batch is not approved, or is refused because something changed since.
        """
        from airflow.sdk.exceptions import AirflowSkipException

        from tieout.archive.store import Archive
        from tieout.payments import files
        from tieout.payments.rendering import render

        made = files.make(
            warehouse_dsn(),
            Archive(archive_root(), keys()),
            keys(),
            self.batch_id,
            paying_account=own_accounts(),
            render=render,
            now=settings.business_now(),
        )
        if not made:
            raise AirflowSkipException("The batch is not approved, or was refused: see payments.step.")
        return [file.name for file in made]


class SendFiles(BaseOperator):
    """Put the files of a batch at the bank, once.

    Args:
        batch_id: of the batch.
    """

    template_fields = ("batch_id",)

    def __init__(self, *, batch_id: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.batch_id = batch_id

    def execute(self, context: Context) -> list[str]:
        """Return the names of the files that were sent now."""
        from tieout.archive.store import Archive
        from tieout.payments import sending

        return sending.send(
            warehouse_dsn(),
            Archive(archive_root(), keys()),
            self.batch_id,
            open_client=lambda account: sftp_client(own_accounts()(account).bank.connection),
            now=settings.business_now(),
        )


class LandPayments(BaseOperator):
    """Land what happened to payments, so that facts and feedback see it."""

    def execute(self, context: Context) -> int:
        """Return how many versions of payments became known.

        Raises:
            AirflowSkipException: nothing happened, so that no transformation is asked for.
        """
        from airflow.sdk.exceptions import AirflowSkipException

        from tieout.payments.landing import land_due

        landed = land_due(warehouse_dsn(), now=settings.business_now(), trace_id=context["run_id"])
        if not landed:
            raise AirflowSkipException("Nothing happened that was not landed before.")
        return landed


def own_accounts() -> Callable[[str], "PayingAccount"]:
    """Return what finds an account of ours by name: configuration and connections of the banks are read once."""
    from tieout.landing.configuration_files import load_configuration
    from tieout.payments.accounts_at_hand import paying_account

    banks = load_configuration(settings.config_dir()).paying_banks
    return partial(paying_account, [(bank, resolve(bank.connection).extra) for bank in banks])


def refuse_backfill(of_run: str) -> None:
    """Refuse to pay for days of the past.

    Raises:
        Refused: the run is a backfill.
    """
    if of_run == "backfill":
        raise Refused("A run of payments cannot be a backfill.", "What is due is proposed by a run of today.")
