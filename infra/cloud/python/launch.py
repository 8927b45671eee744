"""Starts ministack with what a deployed Mensal needs of AWS and ministack 1.5.33 does not do.

1. A stream mapping that reports failed items goes on from the first of them. ministack passes over the report and takes
   the batch for done. Here such a batch fails as a whole and comes again: later and more often than on AWS, never lost.
2. A schedule's input names the scheduled time by `<aws.scheduler.scheduled-time>`. ministack hands the words over as they
   are. Here they are replaced.
3. A schedule can be fired for a time of one's choice: `POST /_mensal/fire?schedule=PREFIX&at=TIME`. What is called is the
   schedule as it was deployed: its target, its input.
4. Sending a batch asks for the right to `sqs:SendMessage`, as on AWS; ministack asks for `sqs:SendMessageBatch`, which is
   no right there.
5. Loopback counts as TLS: the bucket of a stack is closed to whoever comes without, and here nobody comes with it.
6. A stream can be told again from its beginning, as AWS may at any time: `POST /_mensal/again`.
7. A function that a schedule calls and that fails is called again, as its EventInvokeConfig says, and then kept as a dead
   letter. ministack does so for other events, and calls once for those of a schedule.
8. An alarm may look at the sum of several metrics. ministack refuses such a one. Here it looks at the first of them: the
   stack can be deployed, and no test waits for that alarm.
9. A schedule fires when it is told to, as above, and never by itself: ministack would fire the hourly ones in the middle of
   a test that runs over their minute, and of no time that can be read (see 2).
"""

import asyncio
import copy
import json
import urllib.parse

from ministack import app as ministack
from ministack.core import iam_actions, iam_evaluator
from ministack.core.responses import set_request_account_id, set_request_region
from ministack.services import eventbridge, lambda_svc, scheduler
from ministack.services.cloudformation import provisioners

SCHEDULED_TIME = "<aws.scheduler.scheduled-time>"


def stream_failures_fail_the_batch():
    execute = lambda_svc._execute_function

    def executed(func, event, *rest, **named):
        result = execute(func, event, *rest, **named)
        records = event.get("Records") if isinstance(event, dict) else None
        of_a_stream = bool(records) and records[0].get("eventSource") == "aws:dynamodb"
        body = result.get("body")
        if of_a_stream and isinstance(body, dict) and body.get("batchItemFailures"):
            why = {"errorType": "BatchItemFailures", "errorMessage": "records are to come again"}
            return {**result, "body": why, "error": True}
        return result

    lambda_svc._execute_function = executed


def rights_are_those_of_aws():
    wanted = iam_actions._action_from_target

    def action(headers):
        found = wanted(headers)
        of_sqs = str(headers.get("x-amz-target", "")).startswith("AmazonSQS.")
        return found.removesuffix("Batch") if of_sqs and found else found

    iam_actions._action_from_target = action


def loopback_is_secure():
    resolve = iam_evaluator._resolve_condition_key

    def resolved(key, context):
        return "true" if key.lower() == "aws:securetransport" else resolve(key, context)

    iam_evaluator._resolve_condition_key = resolved


def what_a_schedule_calls_is_called_again():
    def dispatch(arn, payload):
        func, config, name = lambda_svc._get_func_record_for_ref(arn)
        if func is None:
            raise LookupError(f"no function {name}")
        record = lambda_svc._execution_record_for_config(func, config)
        # The alias has a configuration of its own, which ministack looks for without its name.
        _, qualifier = lambda_svc._lambda_function_name_and_qualifier_from_arn(arn)
        record["event_invoke_config"] = lambda_svc._event_invoke_config(func, qualifier)
        lambda_svc.invoke_async_with_retry(record, json.loads(payload))

    eventbridge._dispatch_to_lambda = dispatch


def alarms_may_add_up():
    record = provisioners._cw_metric_alarm_record

    def recorded(name, props):
        asked = [metric["MetricStat"] for metric in props.get("Metrics") or [] if "MetricStat" in metric]
        if asked:
            first = asked[0]
            one = {"Statistic": first["Stat"], "Period": first["Period"], **first["Metric"]}
            props = {**props, **one, "Metrics": None}
        return record(name, props)

    provisioners._cw_metric_alarm_record = recorded


def schedules_wait_to_be_told():
    scheduler._tick_schedules = lambda: None


def fire(prefix, at):
    """Calls the targets of the schedules whose name begins so, as of a time. Tells their names."""
    fired = []
    for (account, region, key), schedule in list(scheduler._schedules._data.items()):
        if not schedule["Name"].startswith(prefix):
            continue
        set_request_account_id(account)
        set_request_region(region)
        target = copy.deepcopy(schedule["Target"])
        target["Input"] = target.get("Input", "").replace(SCHEDULED_TIME, at)
        event = {"Source": "aws.scheduler", "DetailType": "Scheduled Event", "Detail": "{}", "Time": 0}
        eventbridge._invoke_target(target, {**event, "Account": account, "Region": region}, schedule)
        fired.append(schedule["Name"])
    return fired


def again():
    """Sends every stream mapping back to the oldest record that its stream has. Tells how many."""
    with lambda_svc._dynamodb_stream_positions_lock:
        mappings = list(lambda_svc._dynamodb_stream_positions)
        for mapping in mappings:
            lambda_svc._dynamodb_stream_positions[mapping] = 0
    lambda_svc._esm_wake.set()
    return mappings


def with_controls(inner):
    controls = {"/_mensal/fire": fire, "/_mensal/again": again}

    async def outer(scope, receive, send):
        control = controls.get(scope["path"]) if scope["type"] == "http" else None
        if control is None:
            return await inner(scope, receive, send)
        query = dict(urllib.parse.parse_qsl(scope["query_string"].decode()))
        done = await asyncio.to_thread(control, *query.values())
        status = 200 if done else 404
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(done).encode()})

    return outer


if __name__ == "__main__":
    stream_failures_fail_the_batch()
    rights_are_those_of_aws()
    loopback_is_secure()
    what_a_schedule_calls_is_called_again()
    alarms_may_add_up()
    schedules_wait_to_be_told()
    ministack.app = with_controls(ministack.app)
    ministack.main()
