output "developer_role_arn" {
  description = "The role that developers assume."
  value       = aws_iam_role.developer.arn
}

output "cluster_name" {
  value = aws_eks_cluster.main.name
}

output "cluster_endpoint" {
  value = aws_eks_cluster.main.endpoint
}

output "region" {
  value = var.region
}
