//! The rules of secrets, shown to bite: who reads any, and which.

use serde_json::{Value, json};

use super::{
    bites::{assert_any, faults_of, roles, statements},
    template as present,
};

/// The secrets of a stack's gateways.
pub(super) const OWN_SECRETS: &str = "mensal/${AWS::StackName}/*";

/// A secret, or a folder of them, as the template names it.
pub(super) fn secret(name: &str) -> Value {
    let of = "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:";
    json!({ "Fn::Sub": format!("{of}{name}") })
}

/// The roles of the functions that read secrets: the folder, the variable that says so, and who reads.
const READING: &[(&str, &str, &str, &str)] = &[
    ("RegisterChargeRole", OWN_SECRETS, "MENSAL_GATEWAY_SECRETS", GATEWAYS),
    ("CollectPaymentRole", OWN_SECRETS, "MENSAL_GATEWAY_SECRETS", GATEWAYS),
    ("ReceiveWebhookRole", OWN_SECRETS, "MENSAL_GATEWAY_SECRETS", GATEWAYS),
    ("ReconcileChargesRole", OWN_SECRETS, "MENSAL_GATEWAY_SECRETS", GATEWAYS),
    (
        "SendNoticeRole",
        "mensal-notices/${AWS::StackName}/*",
        "MENSAL_NOTICE_SECRETS",
        "send_notice::hook::Hook::address calls",
    ),
    (
        "ToggleServiceRole",
        "mensal-network/${AWS::StackName}/*",
        "MENSAL_NETWORK_SECRETS",
        "toggle_service::sites::Sites::read calls",
    ),
];
const GATEWAYS: &str = "mensal_runtime::gateways::Gateways::connect calls";

#[test]
fn secrets_are_those_of_the_stacks_own_gateways() {
    const GET: &str = "secretsmanager:GetSecretValue";
    for role in roles() {
        let mut there = present().clone();
        let granted = statements(&mut there.0["Resources"], &role);
        let index = granted.iter().position(|one| one["Action"] == GET);
        let reading = READING.iter().find(|(of, ..)| *of == role);
        assert_eq!(index.is_some(), reading.is_some(), "{role}");
        let Some((index, (_, folder, variable, reader))) = index.zip(reading) else { continue };
        let with = |name: &str, value: Value| {
            faults_of(|resources| statements(resources, &role)[index][name] = value)
        };
        let missing = format!("missing: {role} lacks {GET} on arn:");
        for wide in ["*", "mensal*", "mensal/*/banco/*"] {
            let faults = with("Resource", secret(wide));
            assert_any(&faults, &missing);
            assert_any(&faults, &format!("wildcard: {role} grants {GET} on "));
        }
        for other in ["mensal/*", "mensal/${AWS::StackName}-2/*", "mensal/${AWS::StackName}/banco"]
        {
            let faults = with("Resource", secret(other));
            assert_any(&faults, &missing);
            assert_any(&faults, &format!("unused: {role} grants {GET} on "));
        }
        let anybodys = secret(folder)["Fn::Sub"].to_string().replace("${AWS::AccountId}", "*");
        let anybodys = json!({ "Fn::Sub": anybodys.trim_matches('"') });
        assert_any(&with("Resource", anybodys), &format!("wildcard: {role} grants {GET} on "));
        let id = role.trim_end_matches("Role");
        for prefix in
            [json!("mensal/isp/"), json!({ "Fn::Sub": "mensal/" }), json!({ "Ref": "Table" })]
        {
            let faults = faults_of(|resources| {
                let own = &mut resources[id]["Properties"]["Environment"]["Variables"];
                own[*variable] = prefix;
            });
            assert_any(&faults, &format!("{id}: {reader}"));
            assert_any(&faults, &format!("unused: {role} grants {GET} on "));
        }
    }
}
