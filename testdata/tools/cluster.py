"""Makes the cluster that is named, with the network and the role that it needs, and waits until it is active.

With a role's name as second argument it also makes that role, which anybody in the account may assume and which may
describe the cluster, and gives it AmazonEKSViewPolicy in namespace dev.
"""

import json
import sys

import boto3

name = sys.argv[1]
ec2, eks, iam = (boto3.client(s) for s in ("ec2", "eks", "iam"))
account = boto3.client("sts").get_caller_identity()["Account"]


def trust(principal, *actions):
    statement = {"Effect": "Allow", "Principal": principal, "Action": list(actions)}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
zones = ec2.describe_availability_zones()["AvailabilityZones"]
subnets = [
    ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{i}.0/24", AvailabilityZone=zones[i]["ZoneName"])["Subnet"]["SubnetId"]
    for i in range(2)
]
role = iam.create_role(
    RoleName=f"{name}-cluster",
    AssumeRolePolicyDocument=trust({"Service": "eks.amazonaws.com"}, "sts:AssumeRole", "sts:TagSession"),
)["Role"]
iam.attach_role_policy(RoleName=role["RoleName"], PolicyArn="arn:aws:iam::aws:policy/AmazonEKSClusterPolicy")
eks.create_cluster(
    name=name,
    roleArn=role["Arn"],
    resourcesVpcConfig={"subnetIds": subnets},
    accessConfig={"authenticationMode": "API_AND_CONFIG_MAP", "bootstrapClusterCreatorAdminPermissions": True},
)
eks.get_waiter("cluster_active").wait(name=name, WaiterConfig={"Delay": 1, "MaxAttempts": 120})

if len(sys.argv) > 2:
    developer = iam.create_role(
        RoleName=sys.argv[2],
        AssumeRolePolicyDocument=trust({"AWS": f"arn:aws:iam::{account}:root"}, "sts:AssumeRole"),
    )["Role"]
    describe = {"Effect": "Allow", "Action": "eks:DescribeCluster", "Resource": "*"}
    iam.put_role_policy(
        RoleName=developer["RoleName"],
        PolicyName="describe",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [describe]}),
    )
    eks.create_access_entry(clusterName=name, principalArn=developer["Arn"])
    eks.associate_access_policy(
        clusterName=name,
        principalArn=developer["Arn"],
        policyArn="arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy",
        accessScope={"type": "namespace", "namespaces": ["dev"]},
    )
