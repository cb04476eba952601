data "aws_caller_identity" "current" {}

# The role that developers assume, with an external id.
resource "aws_iam_role" "developer" {
  name = "demo-eks-developer-role"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Action = "sts:AssumeRole"
      Principal = {
        AWS = (length(var.developer_principal_arns) > 0
          ? var.developer_principal_arns
        : ["arn:aws:iam::${data.aws_caller_identity.current.account_id}:root"])
      }
      Condition = {
        StringEquals = {
          "sts:ExternalId" = var.external_id
        }
      }
    }]
  })
}

# What `aws eks update-kubeconfig` needs. It says nothing about what is inside the cluster.
resource "aws_iam_policy" "eks_describe" {
  name = "demo-eks-developer-describe-policy"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Action = [
        "eks:DescribeCluster",
        "eks:ListClusters",
      ]
      Resource = "*"
    }]
  })
}

resource "aws_iam_role_policy_attachment" "developer_eks_describe" {
  role       = aws_iam_role.developer.name
  policy_arn = aws_iam_policy.eks_describe.arn
}

# The role may enter the cluster …
resource "aws_eks_access_entry" "developer" {
  cluster_name  = aws_eks_cluster.main.name
  principal_arn = aws_iam_role.developer.arn
  type          = "STANDARD"
}

# … and there read what is in two namespaces.
resource "aws_eks_access_policy_association" "developer" {
  cluster_name  = aws_eks_cluster.main.name
  principal_arn = aws_eks_access_entry.developer.principal_arn
  policy_arn    = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"

  access_scope {
    type       = "namespace"
    namespaces = ["dev", "staging"]
  }
}
