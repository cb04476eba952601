variable "region" {
  description = "Region of the cluster."
  type        = string
  default     = "us-east-1"
}

variable "cluster_name" {
  description = "Name of the cluster, and the beginning of the names of what it needs."
  type        = string
  default     = "demo-eks-cluster"
}

variable "developer_principal_arns" {
  description = "Who may assume the developer role. Empty: whoever in this account is allowed to by a policy of their own."
  type        = list(string)
  default     = []
}

variable "external_id" {
  description = "What a caller has to say to assume the developer role. It is an agreement, not a secret."
  type        = string

  validation {
    condition     = can(regex("^[\\w+=,.@:/-]{2,}$", var.external_id)) && length(var.external_id) <= 1224
    error_message = "An external id has 2 to 1224 letters, digits and characters of +=,.@:/-_."
  }
}
